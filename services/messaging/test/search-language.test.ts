import { FetchedMessage } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { settleWords } from '../src/repo/words.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let open: Channel
beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann)
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (content: string): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(ann, 'send-message', { content, type: 'channel', to: open.id, topic: 'x' })).id
const search = async (operand: string): Promise<[number, string | undefined][]> => {
  const answer = await at.ask(ann, 'get-messages', {
    narrow: [{ operator: 'search', operand }],
    anchor: 'newest',
    num_before: 100,
    num_after: 0,
  })
  const { messages } = z.object({ messages: z.array(FetchedMessage) }).parse(answer)
  return messages.map(({ id, match_content }) => [id, match_content])
}
const settleAll = async (): Promise<void> => {
  while ((await settleWords(at.ctx.database, here.org)) > 0);
}
/** As the role that owns the schemas, as `./parley up` does. */
const speak = async (language: string): Promise<unknown> => {
  const [row] = await here.test.superuser(
    `SELECT set_config('role', 'parley_owner', false), messaging.speak($1) AS other`,
    [language],
  )
  await here.test.superuser(`SELECT set_config('role', 'none', false)`)
  return row?.['other']
}

test('words are found by the endings of the language that the server speaks, those from before too', async () => {
  const german = await say('viele Häuser')
  const english = await say('jumping foxes')
  await settleAll()
  const marked = '<p>viele <span class="highlight">Häuser</span></p>'
  expect(await search('haus')).toEqual([])
  expect(await search('fox')).toMatchObject([[english, expect.anything()]])

  expect(await speak('german')).toBe(true)
  expect(await speak('german')).toBe(false)
  // While words are still written anew, and afterwards.
  expect(await search('haus')).toEqual([[german, marked]])
  await settleAll()
  expect(await search('haus')).toEqual([[german, marked]])
  expect(await search('jump')).toEqual([])
  const later = await say('ein Haus')
  expect((await search('häusern')).map(([id]) => id)).toEqual([german, later])
  // What is marked goes by the same endings, also where the first letter loses its mark.
  const apple = await say('Apfel und Äpfel')
  const both = '<p><span class="highlight">Apfel</span> und <span class="highlight">Äpfel</span></p>'
  for (const asked of ['apfel', 'Äpfel']) expect(await search(asked)).toEqual([[apple, both]])

  expect(await speak('english')).toBe(true)
  await settleAll()
  expect((await search('jump')).map(([id]) => id)).toEqual([english])
})

test('a language without known endings is refused, and nothing changes', async () => {
  await expect(speak('klingon')).rejects.toThrow(/no Snowball stemmer/)
  await here.test.superuser(`SELECT set_config('role', 'none', false)`)
  const id = await say('walking')
  expect((await search('walk')).map(([one]) => one)).toEqual([id])
})
