import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@parley/core'
import type { Child, Ended } from '../child.ts'
import { Failure } from '../command.ts'

/** One process that shall always run. */
export interface Unit {
  /** `postgres`, `gateway-2` */
  name: string
  /** `postgres`, `gateway`: what `restart` and `logs` also accept. */
  group: string
  port: number
  address: string
  /** Starts it; resolves with the process, which need not answer yet. */
  launch(): Promise<Child>
  /** Resolves when it answers; rejects when it ends before. */
  ready(child: Child): Promise<void>
  /** Two of it may run at once: a restart has the new one ready before the old one is asked to leave. */
  overlaps?: boolean
}

export type UnitState = 'stopped' | 'starting' | 'ready' | 'failing'

/** Keeps one unit running: starts it again when it ends, with pauses that grow while it fails. */
export interface Keeper {
  readonly unit: Unit
  state(): UnitState
  pid(): number | undefined
  /** How often it ended without having been asked to. */
  restarts(): number
  /** Starts keeping; resolves when the unit is ready for the first time, rejects when it fails thrice before. */
  start(): Promise<void>
  /** Lets it finish its work and starts it anew; resolves when it is ready again. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface KeeperOptions {
  clock: Clock
  say: (line: string) => void
  onChange: () => void
  /** The first pause, milliseconds; doubles up to `longestPauseMs`. */
  firstPauseMs?: number
  longestPauseMs?: number
}

// A unit that ran this long had started well: its next failure is a new story.
const settledMs = 30_000
const firstTries = 3
// Services end calls at their deadlines and themselves after 20 s; what is still there then is stuck.
const drainMs = 30_000

/** Makes the keeper of a unit; nothing runs before `start`. */
export function keep(unit: Unit, options: KeeperOptions): Keeper {
  const { clock, say, onChange, firstPauseMs = 200, longestPauseMs = 10_000 } = options
  let state: UnitState = 'stopped'
  let child: Child | undefined
  /** One that is to take the place of `child`, or has taken it and lets the other finish. */
  const beside = new Set<Child>()
  let restarts = 0
  let wanted = false
  const isWanted = (): boolean => wanted
  let loop: Promise<void> = Promise.resolve()
  let asked = false
  let pause = new AbortController()
  let waiting: PromiseWithResolvers<void>[] = []

  const become = (next: UnitState): void => {
    state = next
    onChange()
  }
  const settle = (error?: Failure): void => {
    const all = waiting
    waiting = []
    for (const one of all) {
      if (error === undefined) one.resolve()
      else one.reject(error)
    }
  }
  const whenReady = (): Promise<void> => {
    const one = Promise.withResolvers<void>()
    waiting.push(one)
    return one.promise
  }

  /** One life of the unit, from start to end. */
  async function live(): Promise<Ended | Error> {
    try {
      become('starting')
      child = await unit.launch()
      onChange()
      await Promise.race([unit.ready(child), child.exited])
    } catch (error) {
      // It may run without ever having answered: it is not left to itself.
      await child?.stop(1000)
      return error instanceof Error ? error : new Error(String(error))
    }
    const ended = await Promise.race([child.exited, Promise.resolve()])
    if (ended === undefined) {
      become('ready')
      settle()
    }
    return lastEnd(child)
  }

  /** The end of the process, or of the one that has taken its place by then. */
  async function lastEnd(one: Child): Promise<Ended> {
    const end = await one.exited
    return child === undefined || child === one ? end : lastEnd(child)
  }

  /** Starts another one and lets the former finish when that is ready; where it is not, all stays as it was. */
  async function replace(former: Child): Promise<void> {
    const next = await unit.launch()
    beside.add(next)
    try {
      await Promise.race([unit.ready(next), failedBy(next)])
      // The former may have ended meanwhile, and be started again: two would be one too many.
      if (child !== former || !wanted) throw new Failure(`${unit.name} ended while it was being replaced`)
    } catch (error) {
      await next.stop(drainMs)
      beside.delete(next)
      throw error
    }
    child = next
    beside.delete(next)
    beside.add(former)
    onChange()
    await former.stop(drainMs)
    beside.delete(former)
  }

  async function failedBy(one: Child): Promise<never> {
    const { signal, code } = await one.exited
    throw new Failure(`${unit.name} does not start: ended with ${signal ?? `code ${code}`}\n${one.tail()}`)
  }

  async function keepRunning(): Promise<void> {
    let failures = 0
    while (isWanted()) {
      const born = clock.monotonic()
      child = undefined
      const end = await live()
      const { tail } = child ?? { tail: () => '' }
      child = undefined
      if (!wanted) break
      if (asked) {
        asked = false
        failures = 0
        continue
      }
      restarts += 1
      failures = clock.monotonic() - born > settledMs ? 1 : failures + 1
      const why = end instanceof Error ? end.message : `ended with ${end.signal ?? `code ${end.code}`}`
      const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)
      say(`${unit.name}: ${why.split('\n')[0]?.replace(/:$/, '')}; starts again in ${pauseMs} ms`)
      become('failing')
      if (failures >= firstTries)
        settle(new Failure(`${unit.name} does not start: ${why}\n${tail()}`.trimEnd()))
      pause = new AbortController()
      await delay(pauseMs, undefined, { signal: pause.signal }).catch(() => {})
    }
    become('stopped')
  }

  return {
    unit,
    state: () => state,
    pid: () => child?.pid,
    restarts: () => restarts,
    start() {
      const ready = whenReady()
      if (!wanted) {
        wanted = true
        loop = keepRunning()
      }
      return ready
    },
    async restart() {
      if (unit.overlaps === true && state === 'ready' && child !== undefined) return replace(child)
      const ready = whenReady()
      asked = child !== undefined
      pause.abort()
      await Promise.all([ready, child?.stop(drainMs)])
    },
    async stop() {
      wanted = false
      pause.abort()
      await Promise.all([...(child ? [child] : []), ...beside].map((one) => one.stop(drainMs)))
      await loop
      settle(new Failure(`${unit.name} was stopped`))
    },
  }
}
