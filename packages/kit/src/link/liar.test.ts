import { once } from 'node:events'
import { createServer } from 'node:https'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { testDeps } from '../../test/deps.ts'
import { createIdentities, type Identities } from '../../test/identities.ts'
import { onlyOnce, startClient, until } from '../../test/link-fixture.ts'
import type { Address } from '../config/address.ts'
import { watchCertificates } from '../tls/certificates.ts'
import { listenerOptions } from '../tls/options.ts'

let identities: Identities
beforeAll(async () => {
  identities = await createIdentities()
})
afterAll(() => identities[Symbol.asyncDispose]())

/** A server with the right certificate that answers each frame as it likes. */
async function liar(answer: (ws: WebSocket, frame: { id: number }) => void): Promise<Address> {
  using certificates = watchCertificates(await identities.add('auth'), testDeps())
  const server = createServer(listenerOptions(certificates.server))
  const wss = new WebSocketServer({ server })
  wss.on('connection', (ws) => {
    ws.on('error', () => {})
    ws.on('message', (data: Buffer) => answer(ws, JSON.parse(data.toString()) as { id: number }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const ws of wss.clients) ws.terminate()
    wss.close()
    server.close()
  })
  const bound = server.address()
  return { host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 }
}

test.each([
  ['no JSON', (ws: WebSocket) => ws.send('{')],
  ['no frame of a server', (ws: WebSocket) => ws.send('{"t":"call"}')],
  ['an error code there is not', (ws: WebSocket) => ws.send('{"t":"err","id":1,"code":"X","msg":""}')],
  ['a frame that is too large', (ws: WebSocket) => ws.send('x'.repeat(5_000))],
  ['bytes that are no text', (ws: WebSocket) => ws.send(Buffer.from([0xff, 0xfe]), { binary: false })],
])('a server that sends %s is left, its calls are lost', async (_what, answer) => {
  const address = await liar(answer)
  const client = startClient({
    certDir: await identities.add('gateway'),
    auth: [address],
    limits: { answerBytes: 4_000 },
  })
  await expect(client.call(onlyOnce, { text: '' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable: false,
  })
  await until(() => client.lines.join().includes('link lost'))
})

test('an answer that stands apart is read where it is needed; one that is no JSON is none', async () => {
  const address = await liar((ws, { id }) => {
    ws.send(`{"t":"ok","id":${id}}\n{"text":${id === 1 ? '"own"' : ''}}`)
  })
  const client = startClient({ certDir: await identities.add('gateway'), auth: [address] })
  expect(await client.call(onlyOnce, { text: '' })).toEqual({ text: 'own' })
  await expect(client.call(onlyOnce, { text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(String(await client.callForJson(onlyOnce, { text: '' }))).toBe('{"text":}')
})

test('answers to calls that nobody made are passed over', async () => {
  const address = await liar((ws, { id }) => {
    ws.send(JSON.stringify({ t: 'ok', id: id + 100, out: { text: 'other' } }))
    ws.send(JSON.stringify({ t: 'busy', id: id + 101 }))
    ws.send(JSON.stringify({ t: 'ok', id, out: { text: 'own' } }))
  })
  const client = startClient({ certDir: await identities.add('gateway'), auth: [address] })
  expect(await client.call(onlyOnce, { text: '' })).toEqual({ text: 'own' })
})
