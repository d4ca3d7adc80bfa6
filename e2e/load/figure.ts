/** One thing that is promised, measured: the product's value beside the limit of the same run. */
export interface Figure {
  /** Name of the figure, with a part behind a dot: `send.rate`. */
  readonly id: string
  readonly value: number
  readonly unit: string
  /** What the bare parts take for the same work, in the same unit; null where the target is a number by itself. */
  readonly limit: number | null
  /** `value / limit` */
  readonly ratio: number | null
  /** In words: `at most 2.5 × the limit`. */
  readonly target: string
  readonly ok: boolean
}

/** What a figure is made of, for people: CPU by process, by step. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

export interface Measured {
  readonly figures: readonly Figure[]
  readonly tables: readonly Table[]
}

/** A value that may be at most `factor` times the limit. */
export function timesLimit(id: string, value: number, limit: number, unit: string, factor: number): Figure {
  const ratio = value / limit
  return { id, value, unit, limit, ratio, target: `at most ${factor} × the limit`, ok: ratio <= factor }
}

/** A value that may be at most `most`. */
export const atMost = (id: string, value: number, unit: string, most: number): Figure => ({
  id,
  value,
  unit,
  limit: null,
  ratio: null,
  target: `at most ${most} ${unit}`,
  ok: value <= most,
})

/** A value that has to be at least `least`. */
export const atLeast = (id: string, value: number, unit: string, least: number): Figure => ({
  id,
  value,
  unit,
  limit: null,
  ratio: null,
  target: `at least ${least} ${unit}`,
  ok: value >= least,
})

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Everything measured, as docs/performance.md holds it. */
export function markdown({ figures, tables }: Measured): string {
  const summary: Table = {
    title: 'Figures',
    columns: ['figure', 'value', 'limit', 'ratio', 'target', 'reached'],
    rows: figures.map((f) => [
      f.id,
      `${round(f.value)} ${f.unit}`,
      f.limit === null ? '–' : round(f.limit),
      f.ratio === null ? '–' : `${f.ratio.toFixed(2)} ×`,
      f.target,
      f.ok ? 'yes' : 'no',
    ]),
  }
  return [summary, ...tables].map(markdownOf).join('\n\n')
}

function markdownOf({ title, columns, rows }: Table): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? round(cell) : cell)).join(' | ')} |`
  return [`**${title}**`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Three digits that count. */
const round = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
