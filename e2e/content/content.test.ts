import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@parley/api'
import { canary, eventQueue, saying, secretsIn, smallPicture, signIn } from '@parley/testkit'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { kill, backAgain } from '../faults/processes.ts'
import { superuser } from '../faults/superuser.ts'
import { type Person, type Product, type Scene, scene, startProduct } from '../product.ts'
import { long } from '../size.ts'
import { descendants } from '../strangers/sockets.ts'
import { pairOf, read } from '../strangers/certificates.ts'
import { type Broken, spoilt } from './breaks.ts'
import { type Collector, startCollector } from './collector.ts'
import { failing } from './operations.ts'
import type { Asking } from './operations/asking.ts'

const patience = { timeout: 60_000, interval: 50 }

// `debug` says most, and everything that `info` says.
describe.each(long ? ['info', 'debug'] : ['debug'])('with LOG_LEVEL=%s', (level) => {
  let collector: Collector
  let product: Product
  let stage: Scene
  let ada: Person
  let asking: Asking
  /** What must stand nowhere, by what it is. */
  let secrets: Record<string, string>

  beforeAll(async () => {
    collector = await startCollector()
    product = await startProduct({
      gateways: 1,
      env: { LOG_LEVEL: level, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    })
    stage = await scene(product)
  }, 240_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await product?.[Symbol.asyncDispose]()
    await collector?.[Symbol.asyncDispose]()
  }, 120_000)

  const logs = (): [string, string][] => {
    const dir = join(product.data, 'logs')
    return readdirSync(dir).map((file) => [`log ${file}`, readFileSync(join(dir, file), 'utf8')])
  }
  /** Command lines and environments of every process there is. */
  const shownByKernel = (): [string, string][] =>
    [...descendants(product.state().processes.map(({ pid }) => pid))].flatMap((pid) =>
      ['cmdline', 'environ'].flatMap((name): [string, string][] => {
        try {
          return [[`${name} of ${pid}`, readFileSync(`/proc/${pid}/${name}`, 'utf8')]]
        } catch {
          return []
        }
      }),
    )
  const metrics = async (): Promise<[string, string][]> => {
    const connect = { ...pairOf(product.data, 'cli'), ca: read(product.data, 'certs/cli/ca.crt') }
    const dispatcher = new Agent({ connect, allowH2: false })
    const ports = z.record(z.string(), z.int()).parse(JSON.parse(read(product.data, 'ports.json')))
    const services = Object.entries(ports).filter(([name]) => /-\d+$/.test(name))
    expect(services.length).toBeGreaterThan(5)
    const texts = await Promise.all(
      services.map(async ([name, port]): Promise<[string, string]> => {
        const { body } = await request(`https://127.0.0.1:${port}/metrics`, { dispatcher })
        const text = await body.text()
        expect(text).toContain('# HELP')
        return [`metrics of ${name}`, text]
      }),
    )
    await dispatcher.close()
    return texts
  }
  /** Where a secret stands that should not. */
  const leaks = async (): Promise<string[]> => {
    const texts = [...logs(), ...shownByKernel(), ...(await metrics()), ['traces', collector.text()] as const]
    return texts.flatMap(([where, text]) => secretsIn(text, secrets).map((what) => `${where}: ${what}`))
  }

  test('RO-03 an ordinary day leaves no content, credential or token anywhere', async () => {
    const nobody = stage.client({ headers: { 'user-agent': canary.agent } })
    const account = { email: canary.email, password: canary.password }
    const made = await stage.owner.ok('POST', '/users', { ...account, full_name: canary.name })
    const key = await nobody.ok('POST', '/fetch_api_key', {
      username: canary.email,
      password: canary.password,
    })
    const apiKey = z.string().parse(key['api_key'])
    ada = {
      ...stage.client({ email: canary.email, apiKey }),
      ...account,
      apiKey,
      id: z.int().parse(made['user_id']),
    }
    const session = await signIn(nobody, canary.email, canary.password)
    secrets = { ...canary, 'api key': apiKey, cookie: session['cookie']?.split('; ')[0]?.split('=')[1] ?? '' }
    expect(secrets['cookie']?.length).toBeGreaterThan(20)
    const robbie = await ada.ok('POST', '/bots', { full_name: canary.name, short_name: canary.agent })
    const botKey = z.string().parse(robbie['api_key'])
    const botEmail = `${canary.agent}-bot@${new URL(stage.org.url).hostname}`
    secrets = { ...secrets, 'key of a bot': botKey, 'address of a bot': botEmail }
    const bot = {
      ...stage.client({ email: botEmail, apiKey: botKey }),
      id: z.int().parse(robbie['user_id']),
    }
    await bot.ok('PUT', '/bot_storage', { storage: { [canary.topic]: canary.content } })
    await ada.ok('POST', '/users/me/subscriptions', {
      subscriptions: [{ name: canary.channel, description: canary.description }],
    })
    await ada.upload(`/realm/emoji/${canary.local}`, [smallPicture])
    const queue = await eventQueue(ada)
    const sent = await ada.ok('POST', '/messages', {
      type: 'channel',
      to: canary.channel,
      topic: canary.topic,
      content: canary.content,
      queue_id: queue.id,
      local_id: canary.local,
    })
    await queue.until(saying(canary.content))
    const channel = await ada.ok('GET', '/get_stream_id', { stream: canary.channel })
    const victim = await stage.person('Victim')
    const gone = await stage.person('Gone')
    await stage.owner.ok('DELETE', `/users/${gone.id}`)
    // Nobody takes the mail: what is said of that names nobody.
    await ada.ok('POST', '/invites', { invitee_emails: `5${canary.email}`, stream_ids: [] })
    const { invite_link: link } = await stage.owner.ok('POST', '/invites/multiuse')
    secrets = { ...secrets, 'secret of a link': String(link).split('#')[1] ?? '' }
    expect(secrets['secret of a link']).toHaveLength(43)
    const named = { name: canary.name, description: canary.description, members: [victim.id] }
    const group = await stage.owner.ok('POST', '/user_groups/create', named)
    const field = await stage.owner.ok('POST', '/realm/profile_fields', {
      field_type: 1,
      name: canary.topic,
      hint: canary.description,
    })
    asking = {
      stage,
      ada,
      bot,
      victim: victim.id,
      gone: gone.id,
      group: Number(group['group_id']),
      field: z.int().parse(field['id']),
      session,
      queue: queue.id,
      channel: z.int().parse(channel['stream_id']),
      message: z.int().parse(sent['id']),
    }
    const wrong = stage.client({ email: canary.email, apiKey: canary.key })
    expect(
      (await wrong.get(`/${canary.path}`, { [canary.parameter]: canary.parameter })).status,
    ).toBeGreaterThan(399)
    expect((await wrong.get('/users/me', { [canary.parameter]: canary.parameter })).status).toBe(401)
    const cookie = `__Host-sessionid=${canary.token}; __Host-csrftoken=${canary.token}`
    const forged = stage.client({ root: '/json', headers: { cookie, 'x-csrftoken': canary.token } })
    expect((await forged.post('/messages', { content: canary.content })).status).toBeGreaterThan(399)
    // Every process sends its traces, so that there is something to look through.
    await expect.poll(() => collector.nodes.size, patience).toBeGreaterThanOrEqual(5)
    expect(await leaks()).toEqual([])
  }, 120_000)

  test('nor does any operation that fails in the middle, with an error that quotes what it works on', async () => {
    expect(Object.keys(failing).sort()).toEqual(operations.map(({ id }) => id).sort())
    // Known to the gateway from now on: what fails then is the operation, not signing in.
    await ada.ok('GET', '/users/me')
    const errors = (): number =>
      logs().reduce((n, [, text]) => n + text.split('"level":"error"').length - 1, 0)
    const wrong: string[] = []
    let tried = 0
    for (const broken of Object.keys(spoilt) as Broken[]) {
      await superuser(product, ...spoilt[broken].flatMap(({ spoil }) => spoil))
      for (const [id, attempt] of Object.entries(failing)) {
        if (attempt?.[0] !== broken) continue
        const before = errors()
        const { status, body } = await attempt[1](asking)
        tried++
        if (status !== 500 && status !== 503) wrong.push(`${id}: ${status} ${JSON.stringify(body)}`)
        if (secretsIn(JSON.stringify(body), secrets).length > 0)
          wrong.push(`${id} answers ${JSON.stringify(body)}`)
        // The failure was logged, else its silence shows nothing.
        await expect.poll(errors, { ...patience, message: `${id} logs nothing` }).toBeGreaterThan(before)
      }
      await superuser(product, ...spoilt[broken].flatMap(({ mend }) => mend))
    }
    expect(wrong).toEqual([])
    expect(tried).toBe(operations.length - 1)
    expect(await leaks()).toEqual([])
  }, 180_000)

  test('nor do processes and connections that end amid work', async () => {
    const work = async (): Promise<void> => {
      await Promise.all(
        Object.values(failing).map(async (attempt) => {
          if (attempt !== null && attempt[0] !== 'accounts') await attempt[1](asking).catch(() => {})
        }),
      )
    }
    const ended = superuser(
      product,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'svc\\_%'",
    )
    await Promise.all([work(), work(), ended])
    expect((await ended).length).toBeGreaterThan(5)
    const crash = kill(product, 'messaging-1')
    await Promise.all([work(), crash])
    await backAgain(product, 'messaging-1')
    await expect.poll(async () => (await ada.get('/users/me')).status, patience).toBe(200)
    expect(await leaks()).toEqual([])
  }, 180_000)
})
