import {
  type GroupSetting,
  type PermissionSetting,
  systemGroupId,
  type SystemGroupName,
} from '@parley/access'
import { AppError, badRequest, type GroupId, groupId } from '@parley/core'
import { z } from 'zod'
import { only } from './only.ts'
import type { Tx } from './tx.ts'

/** A change of a setting: what it shall be, and what the client believes it to be. */
export interface GroupSettingChange {
  readonly new: GroupSetting
  readonly old?: GroupSetting | undefined
}

const Named = z.object({ group_id: z.int() })
const largestId = 2_147_483_647
const sorted = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)

/** One writing of a value: an object with no people and one group is that group. */
export function canonicalSetting(value: GroupSetting): GroupSetting {
  if (typeof value === 'number') return value
  const members = sorted(value.direct_members)
  const subgroups = sorted(value.direct_subgroups)
  const [only] = subgroups
  return members.length === 0 && subgroups.length === 1 && only !== undefined
    ? only
    : { direct_members: members, direct_subgroups: subgroups }
}

/**
 * Finds or makes the group that a value stands for, within what the setting allows. Before the head is taken, and in
 * the organisation's turn: two who name the same would wait for each other.
 * @throws AppError BAD_REQUEST for people and groups that are not there, and for what the setting does not allow;
 *   SYSTEM_GROUP_REQUIRED
 */
export async function writeGroupSetting(
  tx: Tx,
  name: string,
  setting: PermissionSetting,
  given: GroupSetting,
): Promise<GroupId> {
  const value = canonicalSetting(given)
  const [members, groups] =
    typeof value === 'number' ? [[], [value]] : [value.direct_members, value.direct_subgroups]
  if (setting.require_system_group && typeof value !== 'number') throw systemGroupRequired(name)
  for (const group of groups) refuseGroup(name, setting, group)
  // In an object, nobody adds nobody; an object without anybody else is nobody.
  const somebody = members.length > 0 || groups.some((group) => group !== systemGroupId['role:nobody'])
  if (!somebody && !setting.allow_nobody_group) throw refused(name, 'role:nobody')
  await checkGroups(
    tx,
    groups.filter((group) => nameOf(group) === null),
  )
  await checkMembers(tx, members)
  const made = only(
    await tx.query(Named, 'SELECT auth.v1_setting_group($1, $2, $3) AS group_id', [tx.org, members, groups]),
  )
  return groupId(made.group_id)
}

const nameOf = (group: number): SystemGroupName | null =>
  (Object.keys(systemGroupId) as SystemGroupName[]).find((name) => systemGroupId[name] === group) ?? null

const refused = (name: string, group: string): AppError =>
  badRequest(`'${name}' setting cannot be set to '${group}' group.`)

const systemGroupRequired = (name: string): AppError =>
  new AppError('SYSTEM_GROUP_REQUIRED', `'${name}' must be a system user group.`, {
    data: { setting_name: name },
  })

function refuseGroup(name: string, setting: PermissionSetting, group: number): void {
  const system = nameOf(group)
  if (setting.require_system_group && system === null) throw systemGroupRequired(name)
  if (system === null) return
  const outside = setting.allowed_system_groups.length > 0 && !setting.allowed_system_groups.includes(system)
  if (
    outside ||
    (system === 'role:internet' && !setting.allow_internet_group) ||
    (system === 'role:everyone' && !setting.allow_everyone_group)
  )
    throw refused(name, system)
}

/** Groups that people made and use. */
async function checkGroups(tx: Tx, groups: readonly number[]): Promise<void> {
  if (groups.length === 0) return
  const rows = groups.every((id) => id > 0 && id <= largestId)
    ? await tx.query(
        Named,
        'SELECT group_id FROM auth.v1_groups WHERE org_id = $1 AND group_id = ANY ($2) AND NOT deactivated',
        [tx.org, groups],
      )
    : []
  if (rows.length !== groups.length) throw badRequest('Invalid user group')
}

/** People of the organisation who are active. */
async function checkMembers(tx: Tx, members: readonly number[]): Promise<void> {
  if (members.length === 0) return
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    'SELECT user_id FROM auth.v1_actors WHERE org_id = $1 AND user_id = ANY ($2::bigint[]) AND is_active',
    [tx.org, members],
  )
  const known = new Set(rows.map((row) => row.user_id))
  const missing = members.find((id) => !known.has(id))
  if (missing !== undefined) throw badRequest(`Invalid user ID: ${missing}`)
}

const Value = z.object({
  group_id: z.int(),
  direct_members: z.array(z.int()),
  direct_subgroups: z.array(z.int()),
})

/** What clients see of groups that settings are set to: values with their active people, all other groups as ids. */
export async function readGroupSettings(
  tx: Tx,
  groups: readonly GroupId[],
): Promise<(group: GroupId) => GroupSetting> {
  const own = [...new Set(groups)].filter((group) => nameOf(group) === null)
  const rows =
    own.length === 0
      ? []
      : await tx.query(Value, 'SELECT * FROM auth.v1_setting_values($1, $2)', [tx.org, own])
  const values = new Map(
    rows.map(({ group_id, ...value }): readonly [number, GroupSetting] => [group_id, value]),
  )
  return (group) => values.get(group) ?? group
}

/**
 * The group that a change leaves a setting at.
 * @param current the group that it is set to
 * @throws AppError EXPECTATION_MISMATCH where the client believes something else; as `writeGroupSetting`
 */
export async function changeGroupSetting(
  tx: Tx,
  name: string,
  setting: PermissionSetting,
  current: GroupId,
  change: GroupSettingChange,
): Promise<GroupId> {
  if (change.old !== undefined) {
    const shown = (await readGroupSettings(tx, [current]))(current)
    const believed = JSON.stringify(canonicalSetting(change.old))
    // Where people were deactivated, what is left may be one group: clients may write that either way.
    if (believed !== JSON.stringify(shown) && believed !== JSON.stringify(canonicalSetting(shown)))
      throw new AppError('EXPECTATION_MISMATCH', `'old' value does not match the expected value.`, {
        data: { field_name: name },
      })
  }
  return writeGroupSetting(tx, name, setting, change.new)
}
