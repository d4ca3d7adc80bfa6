import { orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { fakeDatabase } from '../test/fake-database.ts'
import { readIt } from '../test/declared.ts'
import { answerMessage, together } from './link/answer-message.ts'
import { encode } from './link/frame.ts'
import { route } from './route.ts'
import { mount } from './run/mounted.ts'
import { runOperation } from './run/run-operation.ts'
import { Written } from './written.ts'

const text = '{"value":1,"more":"ü"}'
const pieces = ['{"value":1,"mo', Buffer.from('re":"ü'), '"}']
const ok = { t: 'ok', id: 3 } as const

test('what is written already is neither read nor checked again on its way', async () => {
  const written = new Written<{ value: number }>(pieces)
  const database = fakeDatabase()
  const { data } = await runOperation(
    {
      ...mount('streams', [route(readIt, async () => written)], []),
      ctx: null,
      database,
      afterCommit: { appendedIn: () => null, hint: () => {}, barrier: async () => {} },
    },
    {
      op: readIt.id,
      caller: 'gateway',
      principal: { org: 2, user: 30, generation: 4, credential: 'key:5' },
      raw: { path: {}, fields: { n: '3' } },
      request: { org: orgId(2), url: 'https://x', client: 'test', ip: '127.0.0.1' },
      signal: new AbortController().signal,
    },
  )
  expect(data).toBe(written)
  expect(together(answerMessage(ok, data)).toString()).toBe(`{"t":"ok","id":3}\n${text}`)
})

test('within something else it is written as what it is', () => {
  expect(encode({ ...ok, out: new Written(pieces) }).toString()).toBe(`{"t":"ok","id":3,"out":${text}}`)
})
