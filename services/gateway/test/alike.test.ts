import { role } from '@parley/access'
import { type Account, eventQueue, type Organisation, type TestNetwork, testNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ada: Account
let bob: Account
let gus: Account

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  ada = await org.person('Ada O’Hara & Co')
  bob = await org.person('Bob')
  gus = await org.person('Gus')
  await org.owner.ok('PATCH', `/users/${gus.id}`, { role: role.guest })
  await org.owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
  const subscribe = (name: string, ids: readonly number[]) =>
    org.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }], principals: ids })
  await subscribe('Talk', [ada.id, bob.id, gus.id, org.owner.id])
  await subscribe('Inner', [ada.id, bob.id])
  await org.owner.ok('POST', '/user_groups/create', {
    name: 'readers',
    description: '',
    members: [ada.id, gus.id],
  })
  await org.owner.ok('POST', '/realm/filters', {
    pattern: '#(?P<id>[0-9]+)',
    url_template: 'https://x.org/{id}',
  })
  await ada.ok('POST', '/users/me/alert_words', { alert_words: ['tea'] })
  await gus.ok('POST', `/users/me/muted_users/${org.owner.id}`)
})
afterAll(() => network[Symbol.asyncDispose]())

const Message = z.looseObject({ id: z.int() })
const Event = z.looseObject({ message: Message, flags: z.array(z.string()) })
const Answer = z.looseObject({ messages: z.array(Message) })

/** Everything that makes a message look different to somebody. */
async function sayAll(): Promise<void> {
  const say = (who: Account, content: string, more: Record<string, unknown> = {}) =>
    who.ok('POST', '/messages', { type: 'channel', to: 'Talk', topic: 'one #12', content, ...more })
  await say(bob, 'plain **bold** `code` :smile: https://example.org/#7')
  await say(bob, `@**Ada O’Hara & Co** and @_**Gus** and @*readers*`)
  await say(org.owner, '@**all** look, tea')
  await say(org.owner, '@**topic** look', { topic: '' })
  await say(ada, '/me says #**Talk>one #12** and #**Inner**')
  await say(gus, '```spoiler a\nb\n```\n> quoted\n\n<time:2026-01-01T00:00:00Z>')
  await say(bob, 'only inside', { to: 'Inner', topic: 'x' })
  const direct = (who: Account, to: readonly number[], content: string) =>
    who.ok('POST', '/messages', { type: 'direct', to, content })
  await direct(bob, [ada.id], 'to one, tea')
  await direct(ada, [bob.id, gus.id], `to many @**Gus**`)
  await direct(org.owner, [gus.id], 'from one who is muted')
  await direct(gus, [gus.id], 'to oneself')
}

test('MD-09 what a client says of a message beside its text counts for nothing', async () => {
  const made = {
    sender_full_name: 'Eve',
    rendered_content: '<b>x</b>',
    timestamp: 1,
    mentioned: [bob.id],
    id: 7,
  }
  const fields = { type: 'channel', to: 'Talk', topic: 'made up', content: '*x*', ...made }
  const sent = await ada.ok('POST', '/messages', fields)
  expect(sent['ignored_parameters_unsupported']).toEqual(Object.keys(made))
  const { message } = await bob.ok('GET', `/messages/${String(sent['id'])}`)
  expect(message).toMatchObject({ sender_id: ada.id, content: '<p><em>x</em></p>', flags: [] })
  expect(message).not.toMatchObject({ sender_full_name: 'Eve' })
})

test('WS-06 what an event tells of a message is what its reader is answered, whoever reads and however', async () => {
  const ways = [
    { apply_markdown: true, client_gravatar: true, empty: true },
    { apply_markdown: false, client_gravatar: false, empty: false },
  ]
  const readers = [ada, bob, gus, org.owner].flatMap((who) => ways.map((way) => ({ who, way })))
  const queues = await Promise.all(
    readers.map(({ who, way: { empty, ...way } }) =>
      eventQueue(who, {
        event_types: ['message'],
        ...way,
        client_capabilities: { notification_settings_null: false, empty_topic_name: empty },
      }),
    ),
  )
  await sayAll()
  await network.settle()
  const heard = []
  for (const [i, { who, way }] of readers.entries()) {
    const { empty, ...rest } = way
    const events = z.array(Event).parse(await queues[i]?.rest())
    const told = events.map(({ message, flags }) => ({ ...message, flags }))
    const ids = told.map(({ id }) => id)
    const asked = { message_ids: ids, allow_empty_topic_name: empty, ...rest }
    const { messages } = Answer.parse(await who.ok('GET', '/messages', asked))
    expect(told).toEqual(messages)
    heard.push(ids.length)
  }
  // The guest has no part in what is inside, nor in the direct message of two others.
  expect(heard).toEqual([9, 9, 9, 9, 9, 9, 7, 7])
})
