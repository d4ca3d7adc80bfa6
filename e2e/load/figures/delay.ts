import { setTimeout as sleep } from 'node:timers/promises'
import { basicHeader } from '@parley/testkit'
import {
  addListeners,
  connectListeners,
  type Listener,
  makeChannel,
  openDatabase,
  paced,
} from '../audience.ts'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { atMost, type Measured, median } from '../figure.ts'
import { poll, type Poller } from '../pollers.ts'

const receivers = 100
const perSecond = 50
const seconds = 5
const rounds = 3

interface Delays {
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** Until the sender had its answer. */
  readonly answerP50: number
  readonly answerP99: number
  /** Of the messages times receivers. */
  readonly arrived: number
}

/** From the send's request to each receiver, both in this process: its clock is the only one. */
export async function delay(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench)
  await using database = await openDatabase(measuree)
  const channel = await makeChannel(measuree, 'delay')
  const listeners = await addListeners(measuree, database, { channel, size: receivers, name: 'listener' })
  const clock = new Stopwatch()
  const sockets = await connectListeners(measuree, 1, listeners, (frame) => {
    clock.arrived(frame.toString('latin1'))
  })
  bench.progress('measuring sockets')
  const bySocket = await measured(measuree, channel, clock)
  for (const socket of sockets) socket.end()
  bench.progress('measuring long polls')
  const polls = listeners.map((listener) => polling(measuree, listener, clock))
  const failed = polls.map(({ failed }) => failed)
  const byPoll = await Promise.race([measured(measuree, channel, clock), ...failed])
  for (const one of polls) one.end()
  const row = (what: string, d: Delays) => [what, d.p50, d.p99, d.most, d.answerP50, d.answerP99, d.arrived]
  return {
    figures: [
      atMost('delay.p50', bySocket.p50, 'ms', 10),
      atMost('delay.p99', bySocket.p99, 'ms', 50),
      atMost('delay.poll.p99', byPoll.p99, 'ms', 100),
    ],
    tables: [
      {
        title: `From the request of a send to ${receivers} receivers, ${perSecond} messages a second, ms`,
        columns: ['by', 'p50', 'p99', 'most', 'answer p50', 'answer p99', 'arrived'],
        rows: [row('sockets', bySocket), row('long polls', byPoll)],
      },
    ],
  }
}

/** Knows when each message was sent, and how long it took to each receiver. */
class Stopwatch {
  readonly #sent = new Map<number, number>()
  delays: number[] = []

  begin(): void {
    this.#sent.clear()
    this.delays = []
  }

  sent(i: number): void {
    this.#sent.set(i, performance.now())
  }

  /** @param text what came: frames and answers hold several messages */
  arrived(text: string): void {
    const now = performance.now()
    for (const [, number] of text.matchAll(/"content":"<p>n(\d+)n/g)) {
      const at = this.#sent.get(Number(number))
      if (at !== undefined) this.delays.push(now - at)
    }
  }
}

async function measured({ scene }: Measuree, channel: number, clock: Stopwatch): Promise<Delays> {
  const seen: Delays[] = []
  let next = 0
  for (let round = 0; round <= rounds; round++) {
    clock.begin()
    const answers: number[] = []
    const count = (round === 0 ? 3 : seconds) * perSecond
    const first = next
    next += count
    await paced(count, perSecond, async (i) => {
      const asked = performance.now()
      clock.sent(first + i)
      const content = `n${first + i}n ${'x'.repeat(150)}`
      await scene.owner.ok('POST', '/messages', {
        type: 'channel',
        to: String(channel),
        topic: 'load',
        content,
      })
      answers.push(performance.now() - asked)
    })
    for (let waited = 0; clock.delays.length < count * receivers && waited < 3000; waited += 50)
      await sleep(50)
    const at = quantiles(clock.delays)
    const answered = quantiles(answers)
    const arrived = clock.delays.length / (count * receivers)
    if (round > 0)
      seen.push({
        p50: at(0.5),
        p99: arrived === 1 ? at(0.99) : Number.POSITIVE_INFINITY,
        most: at(1),
        answerP50: answered(0.5),
        answerP99: answered(0.99),
        arrived,
      })
  }
  const of = (what: keyof Delays): number => median(seen.map((one) => one[what]))
  return {
    p50: of('p50'),
    p99: of('p99'),
    most: of('most'),
    answerP50: of('answerP50'),
    answerP99: of('answerP99'),
    arrived: of('arrived'),
  }
}

function quantiles(values: readonly number[]): (share: number) => number {
  const sorted = values.toSorted((a, b) => a - b)
  return (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Polls the queue at the first gateway. */
function polling({ scene, ca, port }: Measuree, listener: Listener, clock: Stopwatch): Poller {
  const { host } = new URL(scene.org.url)
  const { queueId, start: after } = listener
  const at = { address: '127.0.0.2', port, ca, host, headers: basicHeader(listener) }
  return poll({ ...at, queueId, after }, (body) => clock.arrived(body))
}
