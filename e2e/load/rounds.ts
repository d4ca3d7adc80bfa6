import type { ClosedLoop } from './closed-loop.ts'
import { cpuOf, cpuSince, total } from './cpu.ts'
import { median } from './figure.ts'

/** One side of a comparison: what is asked, and whose CPU it costs. */
export interface Side {
  readonly loop: ClosedLoop
  readonly roots: ReadonlyMap<number, string>
}

/** Medians over rounds. */
export interface Cost {
  /** CPU milliseconds per answer. */
  readonly ms: number
  readonly byProcess: Readonly<Record<string, number>>
  /** Answers a second. */
  readonly rate: number
  /** Of all rounds. */
  readonly failed: number
  /** Milliseconds until the answer. */
  readonly p50: number
  readonly p99: number
}

export interface Rounds {
  /** Seconds before anything is counted: the first calls compile. */
  readonly warm: number
  readonly seconds: number
  readonly rounds: number
}

/** Enough for medians on a machine that others use too, and short: the first thousands of calls compile. */
export const usualRounds: Rounds = { warm: 12, seconds: 3, rounds: 3 }

type Round = Omit<Cost, 'failed'> & { readonly failed: number }

/** Measures sides in turn (A B A B …), so that a machine that slows down slows all of them down. */
export async function inTurn<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { warm, seconds, rounds }: Rounds = usualRounds,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(sides) as Name[]
  const seen = new Map<Name, Round[]>(names.map((name) => [name, []]))
  for (const name of names) await sides[name].loop.run(warm)
  for (let round = 0; round < rounds; round++)
    for (const name of names) seen.get(name)?.push(await once(sides[name], seconds))
  return Object.fromEntries(names.map((name) => [name, middle(seen.get(name) ?? [])])) as Record<Name, Cost>
}

async function once({ loop, roots }: Side, seconds: number): Promise<Round> {
  const before = cpuOf(roots)
  const { done, failed, seconds: took, waits } = await loop.run(seconds)
  const cpu = cpuSince(before, cpuOf(roots))
  const perAnswer = Object.entries(cpu).map(([name, s]) => [name, (s * 1000) / done] as const)
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return {
    ms: (total(cpu) * 1000) / done,
    byProcess: Object.fromEntries(perAnswer),
    rate: done / took,
    failed,
    p50: at(0.5),
    p99: at(0.99),
  }
}

function middle(rounds: readonly Round[]): Cost {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const names = Object.keys(rounds[0]?.byProcess ?? {})
  return {
    ms: of((r) => r.ms),
    byProcess: Object.fromEntries(names.map((name) => [name, of((r) => r.byProcess[name] ?? 0)])),
    rate: of((r) => r.rate),
    failed: rounds.reduce((sum, r) => sum + r.failed, 0),
    p50: of((r) => r.p50),
    p99: of((r) => r.p99),
  }
}
