import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { basicHeader, contentsOf, eventQueue, eventSocket } from '@parley/testkit'
import { expect, test } from 'vitest'
import { board, threeGateways } from './three-gateways.ts'

const patience = { timeout: 60_000, interval: 20 }
/** The longest message there is. */
const longText = 'x'.repeat(9_990)
const atOnce = 40
/** More than the kernels on both sides take, whatever they are set to. */
const mostMessages = 3000

test('F72 what waits in a gateway for a slow reader when a right is taken never leaves it', async () => {
  await using here = await threeGateways()
  const { stage, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const { name, add, say } = board(bob, 'Board')
  await add(ada)
  const everywhere = here.at(ada)
  const headers = basicHeader(ada)
  const wanted = { event_types: ['message'] }
  const [quickQueue, slowQueue, pollQueue] = [
    await eventQueue(ada, wanted),
    await eventQueue(ada, wanted),
    await eventQueue(ada, wanted),
  ]
  const open = (queue: typeof quickQueue) =>
    eventSocket({
      url: stage.org.url,
      ca: stage.ca,
      gateway: 2,
      headers,
      queueId: queue.id,
      lastEventId: queue.last,
    })
  using quick = await open(quickQueue)
  using slow = await open(slowQueue)
  slow.stall()

  // Until the kernels take no more and something waits in the gateway: it left for the quick reader, not for the slow one.
  let sent = 0
  const waiting = async (): Promise<boolean> => {
    const last = `${longText}${sent - 1}`
    await expect.poll(() => quick.contents().includes(last), patience).toBe(true)
    await departures.upToNow(everywhere)
    return departures.last(slowQueue.id) < departures.last(quickQueue.id)
  }
  do {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => say(`${longText}${sent + i}`)))
    sent += atOnce
  } while (!(await waiting()) && sent < mostMessages)
  expect(departures.last(slowQueue.id)).toBeLessThan(departures.last(quickQueue.id))

  // All of it in one answer to a poll that is not read either.
  const { hostname, port, host } = new URL(stage.org.url)
  const query = new URLSearchParams({ queue_id: pollQueue.id, last_event_id: String(pollQueue.last) })
  const poll = request({
    host: '127.0.0.3',
    port,
    servername: hostname,
    ca: stage.ca,
    path: `/api/v1/events?${query.toString()}`,
    headers: { host, ...headers },
  })
  poll.end()
  const unread = await new Promise<IncomingMessage>((resolve, reject) => {
    poll.once('response', resolve)
    poll.once('error', reject)
  })
  const came = new Promise<'whole' | 'in part'>((resolve) => {
    unread.once('end', () => resolve('whole'))
    unread.once('error', () => resolve('in part'))
  })
  await departures.upToNow(everywhere)
  expect(departures.last(pollQueue.id)).toBe(0)

  const taken = await bob.delete('/users/me/subscriptions', { subscriptions: [name], principals: [ada.id] })
  expect(taken.status).toBe(200)
  slow.goOn()
  const all = quick.contents().length
  await slow.until((events) => events.length === all).catch(() => slow.closed)
  unread.resume()
  expect(await came).toBe('in part')
  expect(slow.contents().length).toBeLessThan(quick.contents().length)
  expect(contentsOf(slow.events)).toEqual(quick.contents().slice(0, slow.events.length))

  await say('after')
  await bob.ok('POST', '/messages', { type: 'direct', to: [ada.id], content: 'the end' })
  await expect.poll(() => quick.contents().at(-1), patience).toBe('the end')
  await departures.upToNow(everywhere)
  const fromMs = departures.answeredAt(taken)
  expect(departures.between([slowQueue.id, pollQueue.id], fromMs, Infinity)).toEqual([])
  expect(quick.contents()).not.toContain('after')
}, 300_000)
