import { basicHeader } from '@parley/testkit'
import type { Client } from 'pg'
import { z } from 'zod'
import type { Measuree } from './bench.ts'
import { addCrowd, addQueues, type Member, superuser } from './crowd.ts'
import { type OnFrame, receive, type Receiver } from './receivers.ts'

const handshakesAtOnce = 16

/** Does `work` for each, so many at a time; results in order. */
export async function inFlight<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}

/** The database of the product, as its superuser in the organisation of the scene. */
export async function openDatabase({ product, scene }: Measuree): Promise<Client & AsyncDisposable> {
  const client = await superuser(product.data)
  await client.query(`SELECT set_config('app.org', $1, false)`, [String(scene.org.org_id)])
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** Makes a channel with its owner in it. @returns its id */
export async function makeChannel({ scene }: Measuree, name: string): Promise<number> {
  await scene.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
  const found = await scene.owner.ok('GET', '/get_stream_id', { stream: name })
  return z.int().parse(found['stream_id'])
}

/** A member with a queue of messages. */
export interface Listener extends Member {
  readonly queueId: string
  /** Events after this place are wanted. */
  readonly start: number
}

/** Adds members who are subscribed to a channel, each with a queue. */
export async function addListeners(
  { scene }: Measuree,
  database: Client,
  crowd: { readonly channel: number | null; readonly size: number; readonly name: string },
): Promise<Listener[]> {
  const org = scene.org.org_id
  const members = await addCrowd(database, { org, ...crowd })
  const { ids, start } = await addQueues(database, org, members)
  return members.map((member, i) => ({ ...member, queueId: ids[i] ?? '', start }))
}

/** Opens each listener's socket at a gateway, from 1. */
export function connectListeners(
  { scene, ca, port }: Measuree,
  gateway: number,
  listeners: readonly Listener[],
  onFrame?: OnFrame,
): Promise<Receiver[]> {
  const { host } = new URL(scene.org.url)
  return inFlight(listeners, handshakesAtOnce, (listener) => {
    const query = new URLSearchParams({ queue_id: listener.queueId, last_event_id: String(listener.start) })
    const path = `/api/v1/events/ws?${query.toString()}`
    const address = `127.0.0.${gateway + 1}`
    return receive({ address, port, ca, host, path, headers: basicHeader(listener) }, onFrame)
  })
}

/** Opens sockets at the bare server. */
export const connectBare = (to: { readonly port: number; readonly ca: string }, size: number) =>
  inFlight(Array.from({ length: size }), handshakesAtOnce, () =>
    receive({ ...to, address: '127.0.0.1', host: 'localhost', path: '/', headers: {} }),
  )

/** Resolves when everybody has an event. @throws Error where somebody was cut off, or after a minute */
export async function allHave(receivers: readonly Receiver[], id: number): Promise<void> {
  const late = performance.now() + 60_000
  for (let missing = receivers; missing.length > 0;) {
    missing = missing.filter((receiver) => receiver.lastId < id)
    const cut = missing.find((receiver) => receiver.ended !== null)
    if (cut) throw new Error(`a receiver was cut off: ${String(cut.ended)}`)
    if (performance.now() > late) throw new Error(`${missing.length} receivers have not got event ${id}`)
    if (missing.length > 0) await new Promise((done) => setTimeout(done, 10))
  }
}

/** The last place of the organisation's log. */
export async function headOf({ scene }: Measuree, database: Client): Promise<number> {
  const { rows } = await database.query<{ seq: string }>('SELECT seq FROM events.head WHERE org_id = $1', [
    scene.org.org_id,
  ])
  return Number(rows[0]?.seq)
}

/** Calls back `count` times, `perSecond` a second, whatever the calls do. Resolves when all have ended. */
export async function paced(
  count: number,
  perSecond: number,
  call: (i: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now()
  const calls: Promise<unknown>[] = []
  for (let i = 0; i < count; i++) {
    const due = began + (i * 1000) / perSecond
    if (due > performance.now()) await new Promise((done) => setTimeout(done, due - performance.now()))
    calls.push(call(i))
  }
  await Promise.all(calls)
}
