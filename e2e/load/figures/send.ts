import { z } from 'zod'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { type ClosedLoop, openLoop } from '../closed-loop.ts'
import { atLeast, atMost, type Measured, timesLimit } from '../figure.ts'
import { type Profile, profileOf } from '../profile.ts'
import { inTurn } from '../rounds.ts'
import { sendRequest } from '../send-request.ts'
import { type ProfiledName, stepTable } from '../send-steps.ts'
import { costTable } from '../tables.ts'
import { sendLimits } from './send-limits.ts'

const senders = 32
const channels = 8
const changesPerSecond = 30

/** Durable sends over HTTPS by 32 senders, beside bare Fastify that answers the same form and other limits of the machine. */
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
  const changing = whileChanging(measuree, one)
  // Beside the same without changes: the words of what was sent before are made in both.
  const beside = await inTurn(
    { alone: { loop: one, roots }, amid: { loop: changing.loop, roots } },
    { warm: 4, seconds: 4, rounds: 3 },
  )
  const { alone, amid } = beside
  const changes = changing.made()
  // Last: what it writes is written in the product's Postgres.
  const limits = await sendLimits(bench, {
    measuree,
    product: one,
    perSecond: cost.one.rate,
    senders,
    edge: limit,
    loop: (at) => loop(at, 1),
  })
  const unit = 'ms CPU per send'
  return {
    figures: [
      timesLimit('send', cost.one.ms, cost.limit.ms, unit, 5.5),
      timesLimit('send.channels', cost.many.ms, cost.limit.ms, unit, 5.5),
      ...limits.figures,
      atLeast('send.rate', cost.one.rate, 'sends/s', 1000),
      atLeast('send.channels.rate', cost.many.rate, 'sends/s', 1000),
      atMost('send.failed', cost.one.failed + cost.many.failed, 'sends', 0),
      atMost('send.rights.failed', amid.failed, 'sends', 0),
      atLeast('send.rights.rate', amid.rate, 'sends/s', 1000),
      atLeast('send.rights.changes', changes, 'changes/s', changesPerSecond * 0.9),
      atMost('send.rights.change', ((amid.ms - alone.ms) * amid.rate) / changes, 'ms CPU per change', 4),
    ],
    tables: [
      costTable('Durable sends, 32 senders', {
        'bare Fastify over TLS, the same form': cost.limit,
        'Parley, one channel': cost.one,
        'Parley, eight channels of one organisation': cost.many,
        'Parley, one channel, later': alone,
        [`Parley, one channel amid ${Math.round(changes)} unrelated changes of rights a second`]: amid,
      }),
      limits.table,
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

/** While the loop sends, somebody who has nothing to do with it subscribes and unsubscribes. */
function whileChanging(
  { scene }: Measuree,
  sends: ClosedLoop,
): { readonly loop: ClosedLoop; /** @returns changes a second, of all runs */ made(): number } {
  let [turn, done, seconds] = [0, 0, 0]
  const change = (): Promise<unknown> => {
    const i = turn++
    const name = `aside ${i % 16}`
    const work =
      i % 32 < 16
        ? scene.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
        : scene.owner.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name] })
    // One that could not be decided in time is refused with 503: the rate tells how many were made.
    return work.then(
      () => done++,
      () => {},
    )
  }
  return {
    loop: {
      async run(...args) {
        const pending: Promise<unknown>[] = []
        const timer = setInterval(() => pending.push(change()), 1000 / changesPerSecond)
        const result = await sends.run(...args)
        clearInterval(timer)
        await Promise.all(pending)
        seconds += result.seconds
        return result
      },
      [Symbol.dispose]() {},
    },
    made: () => done / seconds,
  }
}
