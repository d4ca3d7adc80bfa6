import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIdentities, type Identities } from '../../test/identities.ts'
import { echo, rawLink, startClient, startServer } from '../../test/link-fixture.ts'
import { Pool, pool } from '../memory/pool.ts'
import { Written } from '../written.ts'
import { answerMessage, isLarge, largeFrame, together } from './answer-message.ts'
import { MessageReader } from './message-reader.ts'

let identities: Identities
beforeAll(async () => {
  identities = await createIdentities()
})
afterAll(() => identities[Symbol.asyncDispose]())

test('a large message is the same text as a small one, in a frame of its own', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc.integer({ min: 1, max: 100_000 }).map((length) => 'é'.repeat(length)),
    // Halves of letters, which come out as the sign for what is none.
    fc.constantFrom('\ud83d', 'a\ude00b', '\ud83d'.repeat(40_000)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const message = answerMessage({ t: 'ok', id: 1 }, new Written(pieces))
      const whole = Buffer.concat([
        Buffer.from('{"t":"ok","id":1}\n'),
        ...pieces.map((one) => Buffer.from(one)),
      ])
      expect(together(message).equals(whole)).toBe(true)
      const memory = new Pool(0)
      const texts: Buffer[] = []
      const reader = new MessageReader(
        { text: (text) => texts.push(text.bytes), ping() {}, pong() {}, close() {} },
        { most: 10_000_000, pool: memory },
      )
      const large = isLarge(message)
      expect(large).toBe(whole.length >= 65_536)
      if (large) reader.read(largeFrame(message, memory).bytes)
      expect(texts.map((text) => text.equals(whole))).toEqual(large ? [true] : [])
    }),
  )
})

test('what is not as long as was counted is not sent', () => {
  const message = { pieces: ['x'], length: 70_000 }
  expect(() => largeFrame(message, new Pool(0))).toThrow('counted')
  expect(() => together(message)).toThrow('counted')
})

/** A text that says in any few letters whose it is. */
const textOf = (name: number, length: number): string =>
  `${String(name).padStart(7, '0')}.`.repeat(Math.ceil(length / 8))

test('many large answers at once are each their own, also to who reads late', async () => {
  const server = await startServer({
    certDir: await identities.add('auth'),
    limits: { bufferedBytes: 200_000_000 },
  })
  const [fast, slow] = [await identities.add('gateway'), await identities.add('gateway')]
  const client = startClient({ certDir: fast, auth: [server.address] })
  const lengths = [100, 70_000, 300_000, 1_000_000, 2_000_000]
  let name = 0
  const ask = async (length: number): Promise<boolean> => {
    const text = textOf(++name, length)
    return (await client.call(echo, { text })).text === text
  }
  const late = await rawLink(server, slow)
  late.pause()
  const own = lengths.flatMap((length, i) => [textOf(900_000 + i, length), textOf(800_000 + i, length)])
  const got: string[] = []
  const all = Promise.withResolvers<void>()
  late.on('error', all.reject)
  late.on('message', (data: Buffer) => {
    const text = data.toString()
    got.push(text.slice(text.indexOf('\n') + 1))
    if (got.length === own.length) all.resolve()
  })
  for (const [i, text] of own.entries())
    late.send(
      JSON.stringify({
        t: 'call',
        id: i + 1,
        op: 'auth.echo',
        ms: 60_000,
        req: 'r',
        apart: true,
        in: { text },
      }),
    )
  const before = pool.taken.reused
  for (let time = 0; time < 10; time++)
    expect(await Promise.all(lengths.map((length) => ask(length - 100)))).toEqual(lengths.map(() => true))
  expect(pool.taken.reused).toBeGreaterThan(before)
  late.resume()
  await all.promise
  const expected = new Set(own.map((text) => JSON.stringify({ text })))
  expect(got.map((json) => expected.delete(json))).toEqual(own.map(() => true))
})
