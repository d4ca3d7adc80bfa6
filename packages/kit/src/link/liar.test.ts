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
  expect((await client.callForJson(onlyOnce, { text: '' })).bytes.toString()).toBe('{"text":}')
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

test('a server that pings is answered, and one that closes in order is no loss', async () => {
  const ponged = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<number>()
  const address = await liar((ws) => {
    ws.on('pong', () => {
      ponged.resolve()
      ws.close(1000)
    })
    ws.on('close', (code: number) => closed.resolve(code))
    ws.ping('x')
  })
  const client = startClient({ certDir: await identities.add('gateway'), auth: [address] })
  await expect(client.call(onlyOnce, { text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await ponged.promise
  expect(await closed.promise).toBe(1000)
  expect(client.lines.join()).not.toContain('link lost')
})

test.each([
  ['refuses the handshake', 'HTTP/1.1 404 Not Found\r\n\r\n'],
  ['accepts another handshake', 'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n'],
  ['never ends its head', 'x'.repeat(20_000)],
  ['hangs up', ''],
])('a server that %s has no link', async (_what, head) => {
  using certificates = watchCertificates(await identities.add('auth'), testDeps())
  const server = createServer(listenerOptions(certificates.server))
  server.on('upgrade', (_request, socket) => socket.end(head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const bound = server.address()
  const address = { host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 }
  const client = startClient({ certDir: await identities.add('gateway'), auth: [address] })
  await until(() => client.lines.join().includes('link cannot be opened'))
  await expect(client.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('a server that pings on and on, and takes no answer, is left', async () => {
  const gone = Promise.withResolvers<void>()
  const address = await liar((ws) => {
    ws.on('close', () => gone.resolve())
    ws.pause()
    const flood = (): void => {
      if (ws.readyState !== ws.OPEN) return gone.resolve()
      for (let i = 0; i < 1_000; i++) ws.ping('x'.repeat(125))
      setImmediate(flood)
    }
    flood()
  })
  const client = startClient({
    certDir: await identities.add('gateway'),
    auth: [address],
    limits: { bufferedBytes: 50_000 },
  })
  await expect(client.call(onlyOnce, { text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await gone.promise
  await until(() => client.lines.join().includes('link lost'))
})
