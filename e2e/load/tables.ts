import type { Table } from './figure.ts'
import type { Cost } from './rounds.ts'

const leastMs = 0.0005

/** CPU per answer, rate and waiting of several sides, with the CPU by process. */
export const costTable = (title: string, sides: Readonly<Record<string, Cost>>): Table => ({
  title,
  columns: ['what', 'CPU ms each', 'a second', 'p50 ms', 'p99 ms', 'failed', 'CPU ms by process'],
  rows: Object.entries(sides).map(([what, cost]) => [
    what,
    cost.ms,
    cost.rate,
    cost.p50,
    cost.p99,
    cost.failed,
    Object.entries(cost.byProcess)
      .filter(([, ms]) => ms >= leastMs)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, ms]) => `${name} ${ms.toFixed(3)}`)
      .join(', '),
  ]),
})
