import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Id = z.object({ id: z.int() })
const say = async (who: number, to: Channel, topic: string, content = 'x'): Promise<number> =>
  Id.parse(await one.ask(who, 'send-message', { type: 'channel', to: to.id, topic, content })).id
const Found = z.object({ message: z.object({ content: z.string() }) })
const Rendered = z.object({ rendered: z.string() })
/** Where the links of a message lead, from the channel on. */
const linksOf = async (who: number, id: number): Promise<string[]> => {
  const { message } = Found.parse(await one.ask(who, 'get-message', {}, { path: { message_id: String(id) } }))
  return leads(message.content)
}
const leads = (html: string): string[] =>
  Array.from(html.matchAll(/\/topic\/([^"]*)"/g), (match) => match[1] ?? '')

test('a link to a topic names its newest message, so that it leads there when the topic has moved', async () => {
  const channel = await here.channel({ name: 'tea' })
  await here.subscribe(channel, ann, bob)
  await say(ann, channel, 'green')
  const newest = await say(bob, channel, 'Green')
  const nameless = await say(bob, channel, '')
  const links = await say(
    ann,
    channel,
    'links',
    `#**tea>green** #**TEA>GREEN** #**tea>none** #**tea>** #**tea>green@${newest}** #**tea>links**`,
  )
  const at = [
    `green/with/${newest}`,
    `GREEN/with/${newest}`,
    'none',
    `/with/${nameless}`,
    `green/near/${newest}`,
    // It is not there itself while it is written.
    'links',
  ]
  expect(await linksOf(bob, links)).toEqual(at)
  const { rendered } = Rendered.parse(await one.ask(ann, 'render-message', { content: '#**tea>links**' }))
  expect(leads(rendered)).toEqual([`links/with/${links}`])
  await one.ask(ann, 'update-message', { content: '#**tea>green**' }, { path: { message_id: String(links) } })
  expect(await linksOf(bob, links)).toEqual([`green/with/${newest}`])
})

test('of one text fifty topics are looked up, each once however it is spelled', async () => {
  const channel = await here.channel({ name: 'many' })
  await here.subscribe(channel, ann)
  const topics = Array.from({ length: 51 }, (_, i) => `t${i}`)
  const ids = new Map<string, number>()
  for (const topic of topics) ids.set(topic, await say(ann, channel, topic))
  const spelled = topics.flatMap((topic) => [topic, topic.toUpperCase()])
  const text = spelled.map((topic) => `#**many>${topic}**`).join(' ')
  const { rendered } = Rendered.parse(await one.ask(ann, 'render-message', { content: text }))
  expect(leads(rendered)).toEqual(
    spelled.map((topic) =>
      topic.toLowerCase() === 't50' ? topic : `${topic}/with/${ids.get(topic.toLowerCase())}`,
    ),
  )
})

test('of what its author may read: nothing from before their time, and nothing where they are no more', async () => {
  const open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob)
  const kept = await here.channel({ name: 'kept', protected: true })
  await here.subscribe(kept, ann)
  await say(ann, kept, 'old')
  const both = await say(ann, kept, 'both')
  await here.subscribe(kept, bob)
  const mine = await say(ann, kept, 'both')
  const text = '#**kept>old** #**kept>both**'
  expect(await linksOf(bob, await say(bob, open, 'links', text))).toEqual(['old', `both/with/${mine}`])
  expect(mine).toBeGreaterThan(both)
  await here.unsubscribe(kept, bob)
  expect(await linksOf(bob, await say(bob, open, 'links', text))).toEqual([])
})
