import { setTimeout as delay } from 'node:timers/promises'
import { type Account, clientAt, type Entrance } from './entrance.ts'

/** Somebody who looks around all the time, so that every service has calls in flight when something breaks. */
export interface Visitor extends AsyncDisposable {
  /** Answers so far, by status; 0: none came. */
  readonly answers: ReadonlyMap<number, number>
  /** Answers that no fault excuses. */
  readonly problems: readonly string[]
}

/** One of each service at least. */
export const everywhere: readonly string[] = [
  '/users/me',
  '/users/me/subscriptions',
  '/messages?anchor=newest&num_before=1&num_after=0',
  '/users',
  '/realm/emoji',
]
const pauseMs = 25
const patienceMs = 8000

/** @param paths what is looked at in turn */
export function visitor(who: Account, at: Entrance, paths: readonly string[]): Visitor {
  const client = clientAt(at, who, patienceMs)
  const answers = new Map<number, number>()
  const problems: string[] = []
  const stop = new AbortController()
  const looking = async (): Promise<void> => {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const path = paths[turn % paths.length] ?? ''
      const answer = await client.get(path).catch(() => null)
      if (stop.signal.aborted) return
      const status = answer?.status ?? 0
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (![0, 200, 503].includes(status))
        problems.push(`${path} was answered ${status} ${JSON.stringify(answer?.body)}`)
      await delay(pauseMs)
    }
  }
  const looked = looking()
  return {
    answers,
    problems,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await client[Symbol.asyncDispose]()
      await looked
    },
  }
}
