import { EventEmitter } from 'node:events'
import { closeCode } from '@parley/api'
import { AppError, fixedClock, systemIds, unavailable } from '@parley/core'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Context } from '../context.ts'
import type { Caller, Exchange } from '../edge/exchange.ts'
import { HangUp } from '../edge/hang-up.ts'
import { badQueue } from '../live/catch-up.ts'
import { PollRhythm } from '../live/poll-rhythm.ts'
import type { Consumer, EndReason } from '../live/consumer.ts'
import { beforeSocket, serveSocket } from './events-ws.ts'
import { pollEvents } from './get-events.ts'
import { findServed } from './serve-queue.ts'

const queueId = '00000000-0000-4000-8000-000000000001'
const caller = {
  principal: { org: 2, user: 30, generation: 1, credential: 'session:1' },
  until: Infinity,
} as Caller

/** A gateway of one queue, on which nothing is served but what the test says. */
function scene(serve: () => Promise<void> = async () => {}) {
  const did: unknown[] = []
  const state = { valid: true, inTime: true, stopping: false }
  const organisation = {
    org: 2,
    head: 5,
    serve,
    stop: (_: Consumer, reason?: EndReason) => did.push(['stop', reason]),
    leaving: () => {
      did.push('leaving')
      return () => {}
    },
  }
  const context = {
    live: {
      follow: () => Promise.resolve(organisation),
      lease: { valid: () => state.valid, whenValid: () => Promise.resolve(state.inTime) },
    },
    findQueue: () => {
      did.push('find')
      return Promise.resolve({ queueId, start: 0, narrow: [], eventTypes: null })
    },
    rhythm: new PollRhythm(fixedClock(0)),
    positions: { note: () => did.push('note') },
    logger: { error: (text: string) => did.push(text) },
    clock: fixedClock(0),
    ids: systemIds,
    stopping: () => state.stopping,
  } as unknown as Context
  const asked = { queue_id: queueId, last_event_id: 0 }
  const exchange = {
    door: 'Session',
    caller,
    raw: { path: {}, fields: { queue_id: queueId, last_event_id: '0', dont_block: 'true' } },
    facts: { org: 2, url: 'https://acme.example.org' },
    hangUp: new HangUp(),
    request: { headers: {} },
  } as unknown as Exchange
  return { did, state, context, exchange, asked }
}

test('without a lease in time no queue is served', async () => {
  const { did, state, context, exchange, asked } = scene()
  state.inTime = false
  await expect(findServed(context, exchange, asked, 30)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(did).toEqual(['find'])
})

test('a poll that may not be answered begins again, three times at most', async () => {
  const { did, state, context, exchange } = scene()
  state.valid = false
  await expect(pollEvents(context, exchange)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(did.filter((what) => what === 'find')).toHaveLength(3)
})

test('a poll that comes back to be answered again gathers first, and ends with who hung up', async () => {
  const { did, context, exchange } = scene()
  const { user } = caller.principal
  for (let n = 0; n < 100; n++) context.rhythm.answered(user, `${n}`)
  context.rhythm.answered(user, queueId)
  const fields = { queue_id: queueId, last_event_id: '0' }
  const hangUp = new HangUp()
  const gone = { ...exchange, raw: { path: {}, fields }, hangUp } as unknown as Exchange
  const response = new EventEmitter()
  Object.assign(gone, { response })
  const answer = pollEvents(context, gone)
  hangUp.now()
  expect((await answer).body).toContain('"events":[]')
  expect(did).toEqual(['find', 'note'])
})

test('what leaves is remembered until it has left, and of who hung up nothing', async () => {
  const { did, context, exchange } = scene()
  const answered = { ...exchange, response: new EventEmitter() } as unknown as Exchange
  await pollEvents(context, answered)
  expect(did).toEqual(['find', 'note', ['stop', undefined], 'leaving'])
  expect(answered.response.listenerCount('close')).toBe(1)
  did.length = 0
  // Its close has come already, and comes no more.
  answered.hangUp.now()
  await pollEvents(context, answered)
  expect(did).not.toContain('leaving')
})

test('WS-01 a cookie alone opens no socket: the page has to be one of ours', async () => {
  const { context, exchange } = scene()
  await expect(beforeSocket(context, exchange)).rejects.toMatchObject({ code: 'CSRF_FAILED' })
})

/** How a socket ends that is not served to its end. */
async function endOf(serve: () => Promise<void>, stopping = false): Promise<unknown[]> {
  const { did, state, context, exchange, asked } = scene(serve)
  state.stopping = stopping
  const served = await findServed(context, exchange, asked, 30)
  did.length = 0
  const socket = Object.assign(new EventEmitter(), {
    close: (code: number, reason: string) => did.push([code, reason]),
  })
  const wire = { write() {} } as never
  serveSocket(context, { ...served, caller, wire }, socket as unknown as WebSocket)
  await new Promise((done) => setImmediate(done))
  return did
}

test.each([
  ['whose queue is gone', badQueue(queueId), [[closeCode.queueGone, 'BAD_EVENT_QUEUE_ID']]],
  [
    'whose account is no more what it was',
    new AppError('UNAUTHORIZED', 'Invalid API key'),
    [[closeCode.revoked, 'UNAUTHORIZED']],
  ],
  ['without the right to answer', unavailable(), [[closeCode.resume, 'UNAVAILABLE']]],
  ['by a fault of ours', new Error('x'), ['socket failed', [closeCode.resume, 'INTERNAL']]],
])('WS-08 a socket %s is closed with the code that says so', async (_, error, did) => {
  expect(await endOf(() => Promise.reject(error))).toEqual(did)
})

test('a socket that came while the gateway stops is sent elsewhere', async () => {
  expect(await endOf(() => Promise.resolve(), true)).toEqual([['stop', 'restart']])
})
