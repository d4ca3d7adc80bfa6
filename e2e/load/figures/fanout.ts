import { setTimeout as sleep } from 'node:timers/promises'
import { basicHeader } from '@parley/testkit'
import {
  addListeners,
  allHave,
  connectBare,
  connectListeners,
  headOf,
  makeChannel,
  openDatabase,
  paced,
} from '../audience.ts'
import { broadcast } from '../bare-sockets.ts'
import { type Bench, startMeasuree } from '../bench.ts'
import { openLoop } from '../closed-loop.ts'
import { type CpuByName, cpuOf, cpuSince, total } from '../cpu.ts'
import { type Measured, median, timesLimit } from '../figure.ts'
import { sendRequest } from '../send-request.ts'

const receivers = 1000
const rounds = 3
const pace = { count: 60, perSecond: 20 }
/** `ahead`: events that may be on their way: the generator reads a thousand of each, and who does not read is let go. */
const saturated = { senders: 32, seconds: 2, bareFrames: 800, ahead: 64 }
/** As many as an event of the product has here. */
const frameBytes = 860

/** CPU microseconds for one event at one socket. */
interface Delivery {
  readonly gateway: number
  readonly relay: number
  readonly nats: number
  /** Deliveries a second, as long as it took. */
  readonly rate: number
  readonly perFrame: number
}

/**
 * Live delivery to a thousand sockets over TLS, beside frames built once and written to each. Sends come in at the
 * first gateway, sockets hang on the second: its CPU is that of delivery alone.
 */
export async function fanout(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench, 2)
  const { ca, port, scene, roots } = measuree
  await using database = await openDatabase(measuree)
  await using limit = await measuree.limit('bare-sockets')
  bench.progress(`opening ${receivers} sockets at each side`)
  const channel = await makeChannel(measuree, 'fan-out')
  const listeners = await addListeners(measuree, database, { channel, size: receivers, name: 'listener' })
  const ours = await connectListeners(measuree, 2, listeners)
  const bare = await connectBare({ port: limit.port, ca }, receivers)

  let id = 0
  const ofBare = async (frames: number, everyMs: number): Promise<number> => {
    const before = cpuOf(limit.roots)
    const firstId = id + 1
    await broadcast({ port: limit.port, ca }, { frames, bytes: frameBytes, firstId, everyMs })
    await allHave(bare, (id += frames))
    return (total(cpuSince(before, cpuOf(limit.roots))) * 1e6) / (frames * receivers)
  }
  const ofOurs = async (sending: () => Promise<number>): Promise<Delivery> => {
    const frames = (): number => ours.reduce((sum, { frames }) => sum + frames, 0)
    const [before, began, framesBefore] = [cpuOf(roots), performance.now(), frames()]
    const deliveries = (await sending()) * receivers
    await allHave(ours, await headOf(measuree, database))
    const cpu: CpuByName = cpuSince(before, cpuOf(roots))
    const each = (name: string): number => ((cpu[name] ?? 0) * 1e6) / deliveries
    return {
      gateway: each('gateway-2'),
      relay: each('relay-1'),
      nats: each('nats'),
      rate: (deliveries * 1000) / (performance.now() - began),
      perFrame: deliveries / (frames() - framesBefore),
    }
  }
  const content = 'x'.repeat(150)
  const atPace = (): Promise<Delivery> =>
    ofOurs(async () => {
      await paced(pace.count, pace.perSecond, (i) =>
        scene.owner.ok('POST', '/messages', {
          type: 'channel',
          to: String(channel),
          topic: 'load',
          content: `${content} ${i}`,
        }),
      )
      return pace.count
    })
  const { host, hostname } = new URL(scene.org.url)
  let made = 0
  /** Each send makes one event. Resolves when the slowest has all but `ahead` of them. */
  const room = async (first: number): Promise<void> => {
    const slowest = (): number => ours.reduce((least, { lastId }) => Math.min(least, lastId), Infinity)
    while (made - (slowest() - first) >= saturated.ahead) await sleep(2)
    made++
  }
  const { authorization } = basicHeader({ email: scene.org.owner.email, apiKey: scene.org.owner.api_key })
  using loop = openLoop({
    address: '127.0.0.2',
    port,
    ca,
    servername: hostname,
    connections: saturated.senders,
    request: (i) => sendRequest(host, authorization, channel, i),
  })
  const atMost = (): Promise<Delivery> =>
    ofOurs(async () => {
      const first = await headOf(measuree, database)
      made = 0
      const { done, failed } = await loop.run(saturated.seconds, () => room(first))
      return done - failed
    })

  const seen = {
    pacedBare: [] as number[],
    paced: [] as Delivery[],
    fullBare: [] as number[],
    full: [] as Delivery[],
  }
  for (let round = 0; round <= rounds; round++) {
    bench.progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    const measured = [
      await ofBare(pace.count, 1000 / pace.perSecond),
      await atPace(),
      await ofBare(saturated.bareFrames, 0),
      await atMost(),
    ] as const
    if (round === 0) continue
    seen.pacedBare.push(measured[0])
    seen.paced.push(measured[1])
    seen.fullBare.push(measured[2])
    seen.full.push(measured[3])
  }
  for (const receiver of [...ours, ...bare]) receiver.end()
  const of = (all: readonly Delivery[], what: keyof Delivery): number => median(all.map((one) => one[what]))
  const row = (what: string, all: readonly Delivery[], limit: readonly number[]) => [
    what,
    median(limit),
    of(all, 'gateway'),
    of(all, 'relay'),
    of(all, 'nats'),
    of(all, 'perFrame'),
    of(all, 'rate'),
  ]
  const unit = 'µs CPU of the gateway per delivery'
  return {
    figures: [
      timesLimit('fanout.paced', of(seen.paced, 'gateway'), median(seen.pacedBare), unit, 1.25),
      timesLimit('fanout.saturated', of(seen.full, 'gateway'), median(seen.fullBare), unit, 1.25),
    ],
    tables: [
      {
        title: `Live delivery to ${receivers} sockets over TLS, CPU µs per delivery`,
        columns: ['events', 'bare ws', 'gateway', 'relay', 'NATS', 'events in a frame', 'deliveries/s'],
        rows: [
          row(`${pace.perSecond}/s`, seen.paced, seen.pacedBare),
          row(`as many as ${saturated.senders} senders send`, seen.full, seen.fullBare),
        ],
      },
    ],
  }
}
