import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '@parley/testkit'
import { z } from 'zod'
import type { Written } from './check.ts'
import { type Account, clientAt, type Entrance } from './entrance.ts'

// Shorter than the longest fault: whoever waits in vain asks again elsewhere.
const patienceMs = 8000
const retryMs = 50

/** One sender of numbered messages, one at a time. */
export interface Sender extends AsyncDisposable {
  /**
   * Sends the next message; where that fails, or nobody knows, again with the same queue_id and local_id by the other
   * entrance, until it is answered.
   */
  send(): Promise<void>
  readonly written: readonly Written[]
  /** Attempts that ended without an answer. */
  readonly unknown: number
  /** Attempts that were answered with an error. */
  readonly failed: number
  /** Answers that no fault excuses. */
  readonly problems: readonly string[]
}

export interface SenderOptions {
  readonly sender: number
  readonly who: Account
  /** The first is taken until it fails. */
  readonly entrances: readonly Entrance[]
  readonly channel: string
  readonly queueId: string
}

interface Attempt extends Omit<Written, 'answered'> {
  answered: Written['answered']
}

const Sent = z.object({ id: z.int() })

export function sender({ sender, who, entrances, channel, queueId }: SenderOptions): Sender {
  const clients = entrances.map((one) => clientAt(one, who, patienceMs))
  const written: Attempt[] = []
  const problems: string[] = []
  let turn = 0
  let unknown = 0
  let failed = 0

  /** @returns the id; null where it has to be asked again */
  const attempt = async (client: ApiClient, { content, n }: Attempt): Promise<number | null> => {
    const fields = { type: 'channel', to: channel, topic: `by ${sender}`, content }
    const answer = await client
      .post('/messages', { ...fields, queue_id: queueId, local_id: `${n}` })
      .catch(() => null)
    if (answer === null) unknown++
    else if (answer.status === 200) return Sent.parse(answer.body).id
    else {
      failed++
      if (answer.status !== 503)
        problems.push(`a send was answered ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    return null
  }
  return {
    written,
    problems,
    get unknown() {
      return unknown
    },
    get failed() {
      return failed
    },
    async send() {
      const n = written.length
      const one: Attempt = {
        sender,
        n,
        content: `message ${n} of ${sender}`,
        invokedMs: performance.now(),
        answered: null,
      }
      written.push(one)
      for (;;) {
        const client = clients[turn % clients.length]
        const id = client ? await attempt(client, one) : null
        if (id !== null) {
          one.answered = { id, atMs: performance.now() }
          return
        }
        turn++
        await delay(retryMs)
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()))
    },
  }
}
