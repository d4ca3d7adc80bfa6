import { once } from 'node:events'
import { request } from 'node:https'
import { basicHeader } from '@parley/testkit'
import { z } from 'zod'
import { openDatabase } from '../audience.ts'
import { type Bench, everyCore, type Measuree, startMeasuree } from '../bench.ts'
import { head, openLoop } from '../closed-loop.ts'
import { type Estate, fill } from '../estate/estate.ts'
import { atMost, type Figure, type Measured, timesLimit } from '../figure.ts'
import { inTurn, type Side } from '../rounds.ts'
import { sendRequest } from '../send-request.ts'
import { costTable } from '../tables.ts'

const people = 10_000
const channels = 5_000
const senders = 8
const marked = 5_000
/** Seconds for which each question is asked: the first ones, while code compiles and caches fill, do not count. */
const [warm, measured] = [3, 6]

type Request = (i: number) => string

/**
 * An organisation of 10,000 people, 5,000 channels and many messages: how long one of them waits for history, a snapshot
 * and marks, from the request to the last byte of the answer, one request at a time; and what a send costs there. The
 * product has every core, as where nobody measures it: what one waits for is made by several processes at a time.
 */
export async function seed(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench, 1, everyCore())
  await using database = await openDatabase(measuree)
  const size = { people, channels, messages: bench.messages }
  const estate = await fill(database, measuree.scene.org.org_id, size, bench.progress)
  const { asked, unread, size: bytes } = await questions(measuree, estate)
  const waits = new Map<string, readonly number[]>()
  for (const [name, { ask }] of Object.entries(asked)) {
    const waited = await waitsFor(measuree, ask)
    waits.set(name, waited)
    bench.progress(`${name}: p95 ${atShare(waited, 0.95).toFixed(1)} ms`)
  }
  bench.progress('sends')
  const cost = await inTurn({
    [`to ${people}`]: sends(measuree, estate.everybody),
    'to 10': sends(measuree, estate.ten),
  })
  const [many, few] = [cost[`to ${people}`]?.ms ?? Number.NaN, cost['to 10']?.ms ?? Number.NaN]
  const p95 = (name: string, most: number): Figure =>
    atMost(`seed.${name}.p95`, atShare(waits.get(name) ?? [], 0.95), 'ms', most)
  return {
    figures: [
      ...Object.entries(asked).map(([name, { most }]) => p95(name, most)),
      atMost('seed.register.size', bytes / 1e6, 'MB', 3),
      timesLimit('seed.send', many, few, 'ms CPU per send', 1.2),
    ],
    tables: [
      {
        title: `Waiting for an answer among ${bench.messages.toLocaleString('en')} messages, ${unread} of them unread, ms`,
        columns: ['what', 'p50', 'p95', 'most', 'answers'],
        rows: [...waits].map(([name, all]) => [
          name,
          ...[0.5, 0.95, 1].map((share) => atShare(all, share)),
          all.length,
        ]),
      },
      costTable(`Sends by ${senders} at once`, cost),
    ],
  }
}

interface Questions {
  readonly asked: Readonly<Record<string, { readonly ask: Request; readonly most: number }>>
  readonly unread: number
  /** Of `register`'s answer, on the way. */
  readonly size: number
}

async function questions({ scene, ca, port }: Measuree, estate: Estate): Promise<Questions> {
  const { host, hostname } = new URL(scene.org.url)
  const headers = { ...basicHeader(estate.reader), 'accept-encoding': 'gzip' }
  const get = (path: string, query: Readonly<Record<string, string>> = {}): Request => {
    const whole = `/api/v1${path}?${new URLSearchParams(query).toString()}`
    return () => head('GET', whole, host, headers)
  }
  const post = (path: string, fields: Readonly<Record<string, string>>): string => {
    const form = new URLSearchParams(fields).toString()
    const of = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(form.length) }
    return head('POST', `/api/v1${path}`, host, { ...headers, ...of }) + form
  }
  const history = (narrow: Readonly<Record<string, unknown>>): { ask: Request; most: number } => {
    const terms = Object.entries(narrow).map(([operator, operand]) => ({ operator, operand }))
    const around = { anchor: 'newest', num_before: '50', num_after: '0', narrow: JSON.stringify(terms) }
    return { ask: get('/messages', around), most: 60 }
  }
  await using reader = scene.client(estate.reader)
  const state = Snapshot.parse(
    await reader.ok('POST', '/register', { fetch_event_types: ['message', 'update_message_flags'] }),
  )
  const ids = state.unread_msgs.streams.flatMap(({ unread_message_ids }) => unread_message_ids)
  const parts = Math.floor(ids.length / marked)
  if (parts === 0) throw new Error(`the reader has ${ids.length} unread messages, too few to mark ${marked}`)
  const marks = ['add', 'remove'].map((op) =>
    Array.from({ length: parts }, (_, part) => {
      const messages = JSON.stringify(ids.slice(part * marked, (part + 1) * marked))
      return post('/messages/flags', { op, flag: 'read', messages })
    }),
  )
  const register = post('/register', {})
  const { channel, topic } = estate.busiest
  return {
    unread: ids.length,
    size: await sizeOf({ port, ca, servername: hostname }, { host, ...headers }),
    asked: {
      feed: history({}),
      channel: history({ channel }),
      topic: history({ channel, topic }),
      direct: history({ dm: [estate.partner] }),
      search: history({ search: estate.words }),
      register: { ask: () => register, most: 400 },
      channels: { ask: get('/streams'), most: 30 },
      // Some are marked, then the same are not any more.
      mark: { ask: (i) => marks[i % 2]?.[(i >> 1) % parts] ?? '', most: 100 },
    },
  }
}

const Snapshot = z.looseObject({
  unread_msgs: z.object({ streams: z.array(z.looseObject({ unread_message_ids: z.array(z.int()) })) }),
})

/** The bytes of `register`'s body as they come. */
async function sizeOf(
  to: { readonly port: number; readonly ca: string; readonly servername: string },
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const asking = request({
    host: '127.0.0.1',
    ...to,
    method: 'POST',
    path: '/api/v1/register',
    headers,
  }).end()
  const [answer] = (await once(asking, 'response')) as [AsyncIterable<Buffer>]
  let bytes = 0
  for await (const chunk of answer) bytes += chunk.length
  return bytes
}

async function waitsFor({ scene, ca, port }: Measuree, ask: Request): Promise<readonly number[]> {
  const servername = new URL(scene.org.url).hostname
  using loop = openLoop({ port, ca, servername, connections: 1, request: ask })
  await loop.run(warm)
  const { waits, failed } = await loop.run(measured)
  if (failed > 0) throw new Error(`${failed} questions were refused`)
  return waits.toSorted((a, b) => a - b)
}

function sends({ scene, ca, port, roots }: Measuree, channel: number): Side {
  const { host, hostname } = new URL(scene.org.url)
  const { authorization } = basicHeader({ email: scene.org.owner.email, apiKey: scene.org.owner.api_key })
  const ask: Request = (i) => sendRequest(host, authorization, channel, i)
  return { roots, loop: openLoop({ port, ca, servername: hostname, connections: senders, request: ask }) }
}

const atShare = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
