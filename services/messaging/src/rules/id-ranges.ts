/** Ids as the text of a multirange. */
export const rangesOfIds = (ids: readonly number[]): string =>
  `{${ids.map((id) => `[${id},${id}]`).join(',')}}`

/** Those of the ids that lie in a multirange, given as Postgres writes one: lower ends in, upper ends out. */
export function idsInRanges(ids: readonly number[], ranges: string): number[] {
  const parts = [...ranges.matchAll(/\[(\d*),(\d*)\)/g)].map(([, from = '', to = '']) => ({
    from: from === '' ? 0 : Number(from),
    to: to === '' ? Infinity : Number(to),
  }))
  let at = 0
  return [...ids]
    .sort((a, b) => a - b)
    .filter((id) => {
      while ((parts[at]?.to ?? Infinity) <= id) at++
      const part = parts[at]
      return part !== undefined && part.from <= id
    })
}
