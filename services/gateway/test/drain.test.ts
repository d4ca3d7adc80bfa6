import { closeCode } from '@parley/api'
import { apiClient, testNetwork } from '@parley/testkit'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'

const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })

test('a gateway that stops answers its polls and closes its sockets with restart', async () => {
  const network = await testNetwork()
  const org = await network.organisation()
  // Not the network's own, which go first when it is disposed.
  const { email, apiKey } = org.owner
  await using owner = apiClient({ url: org.url, ca: network.ca, address: '127.0.0.2', email, apiKey })
  const register = async () => {
    const { queue_id, last_event_id } = Registered.parse(
      await owner.ok('POST', '/register', { event_types: ['x'] }),
    )
    return { queue_id, last_event_id }
  }
  const [polled, at] = [await register(), await register()]
  const { host, port } = new URL(org.url)
  const basic = Buffer.from(`${email}:${apiKey}`).toString('base64')
  const query = `queue_id=${at.queue_id}&last_event_id=${at.last_event_id}`
  const socket = new WebSocket(`wss://127.0.0.2:${port}/api/v1/events/ws?${query}`, {
    ca: network.ca,
    servername: 'localhost',
    headers: { host, authorization: `Basic ${basic}` },
  } as never)
  const closed = new Promise<number>((done) => socket.on('close', done))
  await new Promise((done) => socket.on('open', done))
  const poll = owner.get('/events', polled)
  expect((await owner.get('/users/me')).status).toBe(200)
  await network[Symbol.asyncDispose]()
  expect([(await poll).body['events'], await closed]).toEqual([[], closeCode.restart])
}, 120_000)
