import { sha256 } from '@parley/core'

const names = new Map<string, string>()
const most = 200

/**
 * Says that a statement comes often and is the same for small and large organisations: by keys, with one good plan. Each
 * connection then parses it once and soon plans it no more. Its text is written in the code, so there are few; what comes
 * beyond `most` goes unprepared, which tests do not let pass. Its name comes from its text: in every process the same.
 * @returns the statement
 */
export function prepared(sql: string): string {
  if (names.has(sql)) return sql
  if (names.size < most) names.set(sql, `once_${sha256(sql).toString('hex').slice(0, 24)}`)
  else if (process.env['VITEST'] !== undefined) throw new Error('too many prepared statements')
  return sql
}

/** Under which name connections know a statement that was said to come often. */
export const preparedName = (sql: string): string | undefined => names.get(sql)
