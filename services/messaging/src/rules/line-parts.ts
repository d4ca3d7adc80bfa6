/**
 * The parts of a conversation's id line that messages stand for, each from behind the nearest of `line` below it, as
 * Postgres writes a multirange: lower ends in, upper ends out. Parts join where nothing of the line lies between them.
 * @param ids ascending
 * @param line ascending, from one below the first of `ids`; of what lies between two of `ids` only the nearest below the
 *   upper one counts
 */
export function lineParts(ids: readonly number[], line: readonly number[]): string {
  const parts: { from: number; to: number }[] = []
  let at = 0
  for (const id of ids) {
    while ((line[at + 1] ?? id) < id) at++
    const from = (line[at] ?? -1) + 1
    const last = parts.at(-1)
    if (last !== undefined && from <= last.to) last.to = id + 1
    else parts.push({ from, to: id + 1 })
  }
  return `{${parts.map(({ from, to }) => `[${from},${to})`).join(',')}}`
}
