import { authorize } from '@parley/access'
import { authSnapshot, type ProfileData } from '@parley/api'
import { AppError, orgId, userId } from '@parley/core'
import { readActor, readSight } from '@parley/db'
import { answer } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { authState, needsBots, needsEverybody, needsGroups } from '../present/snapshot.ts'
import { realmPermissionValues } from '../present/realm-permissions.ts'
import { userGroups } from '../present/user-groups.ts'
import { listBots } from '../repo/bots.ts'
import { listGroups } from '../repo/groups.ts'
import { readDomains } from '../repo/domains.ts'
import { hasOwnAvatar } from '../repo/avatars.ts'
import { readLinkifiers } from '../repo/linkifiers.ts'
import { readNavigationViews } from '../repo/navigation-views.ts'
import { readPlaygrounds } from '../repo/playgrounds.ts'
import { readProfileFields } from '../repo/profile-fields.ts'
import { readProfiles } from '../repo/profiles.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { readSystemBots } from '../repo/system-bot.ts'
import { readOwnSettings, readSettingsDefaults } from '../repo/user-settings.ts'
import { listUsers } from '../repo/users.ts'

const refused = (): AppError =>
  new AppError('UNAUTHORIZED', 'Account is deactivated', { data: { stale: true } })

export default answer<typeof authSnapshot, AuthContext>(authSnapshot, ({ input, ctx }) =>
  ctx.database.at(orgId(input.org), input.snapshot, async (tx) => {
    const { actor, rights } = await readActor(tx, userId(input.user))
    const verdict = actor && authorize('user:list', actor, null, rights)
    const organisation = await readOrganisation(tx)
    if (!verdict?.ok || !organisation) throw refused()
    const everybody = needsEverybody(input.types)
    const accounts = await listUsers(tx, verdict.granted, everybody ? null : [input.user])
    const { include_deactivated_groups: deactivatedToo } = input.capabilities
    const groups = needsGroups(input.types)
      ? await userGroups(tx, await listGroups(tx, verdict.granted, deactivatedToo))
      : []
    const profiles = everybody
      ? await readProfiles(tx, verdict.granted, null)
      : new Map<number, ProfileData>()
    const lists = {
      profileFields: await readProfileFields(tx, verdict.granted),
      domains: await readDomains(tx, verdict.granted),
      playgrounds: await readPlaygrounds(tx, verdict.granted),
      linkifiers: await readLinkifiers(tx, verdict.granted),
      bots: needsBots(input.types) ? await listBots(tx, verdict.granted) : [],
      ownAvatar: everybody && (await hasOwnAvatar(tx, verdict.granted)),
      navigationViews: await readNavigationViews(tx, verdict.granted),
    }
    const permissions = await realmPermissionValues(tx, organisation.groups)
    const settings = await readOwnSettings(tx, verdict.granted)
    const defaults = await readSettingsDefaults(tx)
    const viewer = verdict.granted.actor
    const now = ctx.clock.now()
    const { webPublic } = ctx
    const people = {
      accounts,
      groups,
      profiles,
      sight: await readSight(tx, viewer),
      systemBots: await readSystemBots(tx, verdict.granted),
    }
    return authState(
      { organisation, permissions, viewer, ...people, ...lists, settings, defaults, now, webPublic },
      input,
    )
  }),
)
