import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  addListeners,
  connectBare,
  connectListeners,
  inFlight,
  type Listener,
  openDatabase,
} from '../audience.ts'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { atMost, type Measured, timesLimit } from '../figure.ts'
import { heldBy } from '../inspector.ts'
import type { Receiver } from '../receivers.ts'

const connections = 2000
const storms = 4
const queues = { warming: 1000, counted: 10_000 }
/** Connected before anything is counted, and left open: the first ones compile and fill pools, and what they let go of would be used again. */
const warming = 1000
const settleMs = 4000
const registersAtOnce = 8

/** Resident memory of the gateway by connection and by queue, beside a bare server that holds as many. */
export async function memory(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench)
  const { ca, product } = measuree
  await using database = await openDatabase(measuree)
  await using limit = await measuree.limit('bare-sockets')
  const door = { port: limit.port, ca }
  const [barePid = 0] = limit.roots.keys()
  const pid = product.state().processes.find(({ name }) => name === 'gateway-1')?.pid ?? 0

  const listeners = await addListeners(measuree, database, {
    channel: null,
    size: warming + connections,
    name: 'idle',
  })
  bench.progress('warming up')
  const connectAll = async (some: readonly Listener[]): Promise<Receiver[]> => [
    ...(await connectListeners(measuree, 1, some)),
    ...(await connectBare(door, some.length)),
  ]
  const [first, counted] = [listeners.slice(0, warming), listeners.slice(warming)]
  const standing = await connectAll(first)
  await sleep(settleMs)
  // What garbage either has at a moment is chance.
  const resident = async (): Promise<{ ours: number; bare: number }> => {
    await heldBy(pid)
    await heldBy(barePid)
    return { ours: rssOf(pid), bare: rssOf(barePid) }
  }
  const base = await resident()
  const each = async (): Promise<{ ours: number; bare: number }> => {
    const { ours, bare } = await resident()
    return {
      ours: (ours - base.ours) / connections / 1024,
      bare: (bare - base.bare) / connections / 1024,
    }
  }
  const seen: { ours: number; bare: number }[] = []
  let open: Receiver[] = []
  for (let storm = 0; storm <= storms; storm++) {
    bench.progress(storm === 0 ? `connecting ${connections} to each` : `storm ${storm} of ${storms}`)
    for (const one of open) one.end()
    open = await connectAll(counted)
    await sleep(settleMs)
    const cut = [...standing, ...open].find(({ ended }) => ended !== null)
    if (cut) throw new Error(`an idle connection was cut off: ${String(cut.ended)}`)
    seen.push(await each())
  }
  for (const one of [...standing, ...open]) one.end()
  const perQueue = await ofQueues(measuree, pid, bench)
  const [fresh = { ours: 0, bare: 0 }] = seen
  const after = seen.at(-1) ?? fresh
  return {
    figures: [
      timesLimit('memory.fresh', fresh.ours, fresh.bare, 'KiB per idle connection', 1.25),
      timesLimit('memory.storms', after.ours, after.bare, 'KiB per idle connection', 1.25),
      atMost('memory.queue', perQueue, 'KiB per queue without a connection', 1),
    ],
    tables: [
      {
        title: `Resident memory by idle TLS connection, ${connections} of them, KiB`,
        columns: ['after', 'bare ws', 'gateway'],
        rows: seen.map(({ ours, bare }, i) => [i === 0 ? 'connecting' : `storm ${i}`, bare, ours]),
      },
    ],
  }
}

/** Kibibytes that stay in the gateway for each registered queue. */
async function ofQueues({ scene }: Measuree, pid: number, bench: Bench): Promise<number> {
  const register = (count: number): Promise<unknown> =>
    inFlight(Array.from({ length: count }), registersAtOnce, () =>
      scene.owner.ok('POST', '/register', { event_types: ['message'] }),
    )
  bench.progress(`registering ${queues.warming + queues.counted} queues`)
  await register(queues.warming)
  await sleep(settleMs)
  const before = await heldBy(pid)
  await register(queues.counted)
  await sleep(settleMs)
  return ((await heldBy(pid)) - before) / queues.counted / 1024
}

/** Bytes. */
const rssOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
