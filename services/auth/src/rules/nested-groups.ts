import { systemGroups } from '@parley/access'

/** Groups of roles that a group of a role holds. @param direct only those that it names itself */
export function nestedSystemGroups(id: number, direct: boolean): number[] {
  const own: readonly number[] = systemGroups.find((group) => group.id === id)?.subgroups ?? []
  return direct ? [...own] : own.flatMap((subgroup) => [subgroup, ...nestedSystemGroups(subgroup, false)])
}

/** These groups with what the groups of roles among them hold. */
export const withNested = (ids: readonly number[]): number[] =>
  [...new Set(ids.flatMap((id) => [id, ...nestedSystemGroups(id, false)]))].sort((a, b) => a - b)
