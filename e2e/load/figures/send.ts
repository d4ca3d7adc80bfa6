import { z } from 'zod'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { type ClosedLoop, head, openLoop } from '../closed-loop.ts'
import { atLeast, atMost, type Measured, timesLimit } from '../figure.ts'
import { type Profile, profileOf } from '../profile.ts'
import { inTurn } from '../rounds.ts'
import { type ProfiledName, stepTable } from '../send-steps.ts'
import { costTable } from '../tables.ts'

const senders = 32
const channels = 8
const changesPerSecond = 30

/** Durable sends over HTTPS by 32 senders, beside bare Fastify that answers the same form. */
export async function send(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench)
  bench.progress(`making ${senders} senders and ${channels} channels`)
  const ids = await makeChannels(measuree)
  const people = await makeSenders(measuree)
  await using limit = await measuree.limit('fastify')
  const { ca, port, roots, scene } = measuree
  const { host, hostname } = new URL(scene.org.url)
  const loop = (at: number, among: number): ClosedLoop =>
    openLoop({
      port: at,
      ca,
      servername: hostname,
      connections: senders,
      request: (i, connection) =>
        sendRequest(host, people[connection] ?? '', ids[(i + connection) % among] ?? 0, i),
    })
  using one = loop(port, 1)
  using many = loop(port, channels)
  using edge = loop(limit.port, 1)
  bench.progress('measuring')
  const cost = await inTurn({
    limit: { loop: edge, roots: limit.roots },
    one: { loop: one, roots },
    many: { loop: many, roots },
  })
  bench.progress('looking where the time goes')
  const profiles = {
    'gateway-1': await profileAmid(measuree, one, 'gateway-1'),
    'messaging-1': await profileAmid(measuree, one, 'messaging-1'),
  }
  bench.progress(`measuring amid ${changesPerSecond} changes of rights a second`)
  const changes = changing(measuree, changesPerSecond)
  const amid = await inTurn({ changes: { loop: one, roots } }, { warm: 1, seconds: 4, rounds: 1 })
  const changed = await changes.stop()
  const unit = 'ms CPU per send'
  return {
    figures: [
      timesLimit('send', cost.one.ms, cost.limit.ms, unit, 5.5),
      timesLimit('send.channels', cost.many.ms, cost.limit.ms, unit, 5.5),
      atLeast('send.rate', cost.one.rate, 'sends/s', 1000),
      atLeast('send.channels.rate', cost.many.rate, 'sends/s', 1000),
      atMost('send.failed', cost.one.failed + cost.many.failed, 'sends', 0),
      atMost('send.rights.failed', amid.changes.failed, 'sends', 0),
      atLeast('send.rights.changes', changed.rate, 'changes/s', changesPerSecond * 0.9),
    ],
    tables: [
      costTable('Durable sends, 32 senders', {
        'bare Fastify over TLS, the same form': cost.limit,
        'Parley, one channel': cost.one,
        'Parley, eight channels of one organisation': cost.many,
        [`Parley, one channel amid ${Math.round(changed.rate)} unrelated changes of rights a second`]:
          amid.changes,
      }),
      stepTable(cost.one.byProcess, profiles),
    ],
  }
}

const profileSeconds = 3

/** After the figures, for looking costs time too. */
async function profileAmid({ product }: Measuree, loop: ClosedLoop, name: ProfiledName): Promise<Profile> {
  const pid = product.state().processes.find((process) => process.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} does not run`)
  const [profile] = await Promise.all([profileOf(pid, profileSeconds), loop.run(profileSeconds + 1)])
  return profile
}

const text =
  'The *build* is green again, see https://example.com/builds/4711 for what was wrong. Could you look at `src/main.ts` when you have a minute? Thanks, and have a good evening :tada:'

/** A send of a formatted text to a channel, as bytes. */
export function sendRequest(host: string, authorization: string, channel: number, i: number): string {
  const body = new URLSearchParams({
    type: 'channel',
    to: String(channel),
    topic: 'load',
    content: `${text} ${i}`,
  })
  const form = body.toString()
  const type = 'application/x-www-form-urlencoded'
  const headers = { authorization, 'content-type': type, 'content-length': String(form.length) }
  return head('POST', '/api/v1/messages', host, headers) + form
}

async function makeChannels({ scene }: Measuree): Promise<number[]> {
  const names = Array.from({ length: channels }, (_, i) => `load ${i + 1}`)
  await scene.owner.ok('POST', '/users/me/subscriptions', { subscriptions: names.map((name) => ({ name })) })
  return Promise.all(
    names.map(async (name) => {
      const found = await scene.owner.ok('GET', '/get_stream_id', { stream: name })
      return z.int().parse(found['stream_id'])
    }),
  )
}

/** @returns what each sends in `authorization` */
async function makeSenders({ scene }: Measuree): Promise<string[]> {
  const made: string[] = []
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  for (let i = 0; i < senders; i++) {
    const { email, apiKey } = await scene.person(`Sender ${letters[i % 26]}${letters[Math.floor(i / 26)]}`)
    made.push(`Basic ${Buffer.from(`${email}:${apiKey}`).toString('base64')}`)
  }
  return made
}

/** Subscribes and unsubscribes somebody who has nothing to do with the sends, `perSecond` times a second. */
function changing({ scene }: Measuree, perSecond: number): { stop(): Promise<{ rate: number }> } {
  const began = performance.now()
  const pending = new Set<Promise<unknown>>()
  let done = 0
  let turn = 0
  const timer = setInterval(() => {
    const i = turn++
    const name = `aside ${i % 16}`
    const work =
      i % 32 < 16
        ? scene.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
        : scene.owner.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name] })
    // One that could not be decided in time is refused with 503: the rate tells how many were made.
    const counted: Promise<unknown> = work.then(
      () => done++,
      () => {},
    )
    pending.add(counted)
    void counted.finally(() => pending.delete(counted))
  }, 1000 / perSecond)
  return {
    async stop() {
      clearInterval(timer)
      const seconds = (performance.now() - began) / 1000
      await Promise.all(pending)
      return { rate: done / seconds }
    },
  }
}
