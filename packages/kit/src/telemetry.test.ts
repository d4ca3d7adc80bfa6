import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { badRequest } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createIdentities, type Identities } from '../test/identities.ts'
import { echo, onlyOnce, startClient, startServer } from '../test/link-fixture.ts'
import { recordSpans, type RecordedSpans } from '../test/spans.ts'
import { servingSpan } from './telemetry.ts'

const canary = 'canary-40aa'
let identities: Identities
let spans: RecordedSpans

beforeAll(async () => {
  identities = await createIdentities()
  spans = recordSpans()
})
beforeEach(() => spans.clear())
afterAll(async () => {
  await identities[Symbol.asyncDispose]()
  await spans.stop()
})

test('one trace goes through both ends of a call, and holds names and codes only', async () => {
  const server = await startServer({
    certDir: await identities.add('auth'),
    handler: (call) =>
      servingSpan(call, async () => {
        if (call.op === onlyOnce.id) throw badRequest(canary)
        return { out: call.input }
      }),
  })
  const client = startClient({ certDir: await identities.add('gateway'), auth: [server.address] })
  await client.call(echo, { text: canary })
  await expect(client.call(onlyOnce, { text: canary })).rejects.toThrow(canary)
  const [served, called, failedServed, failedCalled] = spans.all()
  expect(served).toMatchObject({
    name: 'auth.echo',
    kind: SpanKind.SERVER,
    attributes: { 'parley.caller': 'gateway' },
  })
  expect(called).toMatchObject({
    name: 'auth.echo',
    kind: SpanKind.CLIENT,
    attributes: { 'parley.service': 'auth' },
  })
  expect(served?.traceId).toBe(called?.traceId)
  expect(served?.parentSpanId).toBe(called?.spanId)
  for (const span of [failedServed, failedCalled])
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'BAD_REQUEST' },
    })
  expect(JSON.stringify(spans.all())).not.toContain(canary)
})

test('a malformed traceparent begins a trace of its own', async () => {
  const call = { op: 'x', caller: 'gateway', traceparent: 'nonsense' } as const
  await servingSpan(call as never, async () => {
    throw new TypeError(canary)
  }).catch(() => {})
  expect(spans.all()[0]).toMatchObject({ parentSpanId: undefined, attributes: { 'error.type': 'INTERNAL' } })
  expect(propagation.fields()).toContain('traceparent')
  expect(trace.getSpan(context.active() ?? ROOT_CONTEXT)).toBeUndefined()
})
