import type { GroupId } from '@parley/core'
import { type Actor, isGuest } from './actor.ts'
import { type PermissionSetting, permissionSettings, type RealmGroupSetting } from './permission-settings.ts'

/** May the actor be given the permission at all? */
export const mayHold = (actor: Actor, setting: PermissionSetting): boolean =>
  setting.allow_everyone_group || !isGuest(actor)

/** Does the actor hold a permission that is given to this group? */
export const has = (actor: Actor, setting: PermissionSetting, group: GroupId): boolean =>
  mayHold(actor, setting) && actor.groups.has(group)

/** Does the actor hold a permission of the organisation? */
export const holdsOfRealm = (actor: Actor, name: RealmGroupSetting): boolean =>
  has(actor, permissionSettings.realm[name], actor.realmGroups[name])
