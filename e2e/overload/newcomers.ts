import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Target } from './connection.ts'

/** Who comes, and where to. */
export interface Calls {
  readonly target: Target
  readonly headers: Readonly<Record<string, string>>
  /** How long each waits at most, from dialling to the answer. */
  readonly patienceMs: number
}

/** One who came. */
export interface Came {
  /** Did they begin after all of the attack stood? */
  readonly amid: boolean
  /** 0 where no answer came. */
  readonly status: number
  readonly ms: number
}

/** A process that dials anew once a second, on connections of which none is kept. */
export interface Newcomers extends Disposable {
  /** Whoever comes from now on finds all of the attack. */
  stood(): void
  /** Nobody comes any more. @returns all who came, when the last has been answered or has given up */
  over(): Promise<readonly Came[]>
}

export function newcomers(calls: Calls): Newcomers {
  const child = fork(join(import.meta.dirname, 'newcomer-process.ts'), {
    serialization: 'advanced',
    execArgv: [],
  })
  child.send(calls)
  return {
    stood() {
      if (child.connected) child.send('stood')
    },
    async over() {
      const answer = once(child, 'message')
      child.send('over')
      const [came] = (await answer) as [readonly Came[]]
      return came
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}
