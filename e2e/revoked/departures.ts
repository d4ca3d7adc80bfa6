import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiClient, type Answer } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'

/** Events of a queue, and when the gateway's kernel had them. */
export interface Departure {
  readonly gateway: string
  readonly queueId: string
  readonly from: number
  readonly to: number
  /** On the clock that all processes of the machine share, milliseconds. */
  readonly atMs: number
}

/** The same clock, read here. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

const Line = z.discriminatedUnion('msg', [
  z.object({
    msg: z.literal('events left'),
    queue_id: z.string(),
    from_seq: z.int(),
    to_seq: z.int(),
    monotonic_ms: z.number(),
  }),
  z.object({ msg: z.literal('answering'), request_id: z.string(), monotonic_ms: z.number() }),
])

/** Reads a log from where it ends now, through the replacing of its file when it is full. */
function tail(path: string): () => string[] {
  let fd = openSync(path, 'r')
  let place = fstatSync(fd).size
  let rest = ''
  const buffer = Buffer.alloc(1024 * 1024)
  const drain = (): void => {
    for (;;) {
      const n = readSync(fd, buffer, 0, buffer.length, place)
      if (n === 0) return
      place += n
      rest += buffer.toString('latin1', 0, n)
    }
  }
  return () => {
    drain()
    if (statSync(path).ino !== fstatSync(fd).ino) {
      drain()
      closeSync(fd)
      fd = openSync(path, 'r')
      place = 0
      drain()
    }
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    return lines
  }
}

/** What left gateways that run with LOG_LEVEL=debug, told by themselves. */
export interface Departures {
  /** Resolves when everything is known that left these gateways before; each is asked by its client. */
  upToNow(gateways: readonly ApiClient[]): Promise<void>
  /** When the gateway began to give this answer. */
  answeredAt(answer: Answer): number
  /** What left for these queues from one moment up to another. */
  between(queues: readonly string[], fromMs: number, toMs: number): Departure[]
  /** Those of these events that the gateways never said to have sent: none, or what they say is not the whole. */
  untold(queueId: string, seqs: readonly number[]): number[]
  /** The last event that has left for a queue; 0 for none. */
  last(queueId: string): number
}

export function watchDepartures(data: string, names: readonly string[]): Departures {
  const tails = names.map((name) => [name, tail(join(data, 'logs', `${name}.log`))] as const)
  const left = new Map<string, Departure[]>()
  const answers = new Map<string, number>()
  const read = (): void => {
    for (const [gateway, lines] of tails)
      for (const text of lines()) {
        if (!text.includes('"monotonic_ms"')) continue
        const line = Line.parse(JSON.parse(text))
        if (line.msg === 'answering') answers.set(line.request_id, line.monotonic_ms)
        else {
          const { queue_id: queueId, from_seq: from, to_seq: to, monotonic_ms: atMs } = line
          const own = left.get(queueId) ?? []
          own.push({ gateway, queueId, from, to, atMs })
          left.set(queueId, own)
        }
      }
  }
  const idOf = ({ headers }: Answer): string => z.string().parse(headers['x-request-id'])
  return {
    async upToNow(gateways) {
      const asked = await Promise.all(gateways.map(async (gateway) => idOf(await gateway.get('/users/me'))))
      await expect
        .poll(
          () => {
            read()
            return asked.filter((id) => !answers.has(id))
          },
          { timeout: 30_000, interval: 20 },
        )
        .toEqual([])
    },
    answeredAt(answer) {
      const at = answers.get(idOf(answer))
      if (at === undefined) throw new Error('the gateway has not said when it gave this answer')
      return at
    },
    between: (queues, fromMs, toMs) =>
      queues.flatMap((queueId) =>
        (left.get(queueId) ?? []).filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
      ),
    untold: (queueId, seqs) =>
      seqs.filter((seq) => !(left.get(queueId) ?? []).some(({ from, to }) => from <= seq && seq <= to)),
    last: (queueId) => {
      read()
      return left.get(queueId)?.at(-1)?.to ?? 0
    },
  }
}
