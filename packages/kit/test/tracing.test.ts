import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { type OrgId, orgId, seq, systemClock } from '@parley/core'
import { createAfterCommit, serveBarriers } from '@parley/events'
import { certDirOf, testDatabase, testServers } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openBus, watchCertificates } from '../src/index.ts'
import { testDeps } from './deps.ts'
import { recordSpans, type RecordedSpans } from './spans.ts'

const canary = 'canary-e1f2'
let spans: RecordedSpans

beforeAll(() => {
  spans = recordSpans()
})
beforeEach(() => spans.clear())
afterAll(() => spans.stop())

const traced = <R>(work: () => Promise<R>): Promise<R> =>
  trace.getTracer('test').startActiveSpan('call', async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })

test('statements are spans of their call, with their first word and without their parameters', async () => {
  await using database = await testDatabase()
  const auth = await database.as('auth')
  const row = z.object({ text: z.string() })
  await auth.read(orgId(1), (tx) => tx.query(row, 'SELECT $1 AS text', [canary]))
  expect(spans.all()).toEqual([])
  await traced(async () => {
    await auth.read(orgId(1), (tx) => tx.query(row, 'SELECT $1 AS text', [canary]))
    await auth.once(row, 'SELECT $1::int AS text', [canary]).catch(() => {})
  })
  const [good, bad, call] = spans.all()
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' }
  // The same text is the same statement, whatever its parameters.
  expect(good?.attributes['parley.statement']).toMatch(/^[0-9a-f]{16}$/)
  expect(bad?.attributes['parley.statement']).not.toBe(good?.attributes['parley.statement'])
  expect(good).toMatchObject({
    name: 'sql SELECT',
    kind: SpanKind.CLIENT,
    attributes,
    parentSpanId: call?.spanId,
  })
  expect(bad).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { ...attributes, 'error.type': '22P02' },
    traceId: call?.traceId,
  })
  expect(JSON.stringify(spans.all())).not.toContain(canary)
})

test('a trace goes through NATS with hints and barriers', async () => {
  const servers = await testServers()
  await using stack = new AsyncDisposableStack()
  const deps = testDeps()
  const config = {
    trustDomain: servers.trustDomain,
    nats: { url: `tls://127.0.0.1:${servers.nats.port}` },
  }
  const open = async (service: 'auth' | 'gateway' | 'relay') => {
    const certificates = stack.use(watchCertificates(certDirOf(servers, service), deps))
    const bus = stack.use(openBus(service, config, deps, certificates))
    await bus.ready
    return bus
  }
  const database = stack.use(await testDatabase())
  const [auth, gateway, relay] = [await open('auth'), await open('gateway'), await open('relay')]
  const confirmed: OrgId[] = []
  serveBarriers(gateway, 'gateway-1', async (org) => void confirmed.push(org))
  const hinted = Promise.withResolvers<void>()
  relay.subscribe('hint.*', () => hinted.resolve())
  for (const bus of [gateway, relay]) await bus.connection?.flush()
  const after = createAfterCommit({ bus: auth, database: await database.as('auth'), clock: systemClock })
  await traced(async () => {
    after.hint(orgId(1), seq(1))
    await auth.request('barrier.gateway-1', JSON.stringify({ org: 1, seq: 1 }), 5_000)
    await auth.request('barrier.nobody', '{}', 1_000).catch(() => {})
  })
  await hinted.promise
  expect(confirmed).toEqual([1])
  const found = spans.all()
  const byName = (name: string) => found.find((span) => span.name === name)
  const call = byName('call')
  expect(byName('nats publish hint')).toMatchObject({ kind: SpanKind.PRODUCER, parentSpanId: call?.spanId })
  expect(byName('nats request barrier')).toMatchObject({ kind: SpanKind.CLIENT, parentSpanId: call?.spanId })
  expect(byName('nats receive barrier')).toMatchObject({
    kind: SpanKind.CONSUMER,
    traceId: call?.traceId,
    parentSpanId: byName('nats request barrier')?.spanId,
  })
  expect(byName('nats receive hint')?.traceId).toBe(call?.traceId)
  expect(found.filter((span) => span.status.code === SpanStatusCode.ERROR)).toHaveLength(1)
})
