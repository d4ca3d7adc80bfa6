import { sha256 } from '@parley/core'

const names = new Map<string, string>()
const most = 400

/**
 * Says that a statement comes often and is the same for small and large organisations: by keys, with one good plan. Each
 * connection then parses it once and soon plans it no more. Its text is written in the code, so there are few, and more in a
 * test with several services than in any process. Its name comes from its text: in every process the same.
 * @returns the statement
 * @throws Error beyond `most`: texts are being put together
 */
export function prepared(sql: string): string {
  if (names.has(sql)) return sql
  if (names.size >= most) throw new Error('too many prepared statements')
  names.set(sql, `once_${sha256(sql).toString('hex').slice(0, 24)}`)
  return sql
}

/** Under which name connections know a statement that was said to come often. */
export const preparedName = (sql: string): string | undefined => names.get(sql)
