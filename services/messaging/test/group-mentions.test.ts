import { FetchedMessage } from '@parley/api'
import { role } from '@parley/access'
import { messageSent, messageUpdated } from '@parley/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fewMembers, mostGroups } from '../src/group-mentions.ts'
import { type Channel, deliverAll, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let away: number
let mod: number
let guest: number
let open: Channel
/** What happens just before the next messages are written. */
let meanwhile: (() => Promise<unknown>) | null = null

beforeAll(async () => {
  here = await world()
  one = await here.instance({
    write: (write) => async (org, encoded) => {
      const happens = meanwhile
      meanwhile = null
      await happens?.()
      return write(org, encoded)
    },
  })
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  away = await here.user({ name: 'Away' })
  mod = await here.user({ role: role.moderator })
  guest = await here.user({ role: role.guest })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob, cid, mod, guest)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Id = z.object({ id: z.int() })
let named = 0
interface Made {
  readonly id: number
  readonly name: string
}
async function group(
  users: readonly number[],
  { by = 2, holds = [] as readonly number[] } = {},
): Promise<Made> {
  const name = `Group ${++named}`
  const [row] = await here.test.superuser(
    `WITH g AS (INSERT INTO auth.user_groups (org_id, name, created_at, can_mention_group)
        VALUES ($1, $2, now(), $3) RETURNING group_id)
      SELECT group_id AS id FROM g`,
    [here.org, name, by],
  )
  const { id } = Id.parse(row)
  await here.test.superuser(
    'INSERT INTO auth.user_group_members (org_id, group_id, user_id) SELECT $1, $2, unnest($3::integer[])',
    [here.org, id, users],
  )
  await here.test.superuser(
    'INSERT INTO auth.user_group_subgroups (org_id, group_id, subgroup_id) SELECT $1, $2, unnest($3::integer[])',
    [here.org, id, holds],
  )
  await here.unrelated()
  return { id, name }
}
const change = async (sql: string, id: number) => {
  await here.test.superuser(`UPDATE auth.user_groups SET ${sql} WHERE group_id = $1`, [id])
  await here.unrelated()
}

const send = (user: number, content: string, to: Channel | readonly number[] = open) =>
  one.ask(user, 'send-message', {
    content,
    ...('id' in to ? { type: 'channel', to: to.id, topic: 'tea' } : { type: 'direct', to }),
  })
const say = async (user: number, content: string, to?: Channel | readonly number[]): Promise<number> =>
  Id.parse(await send(user, content, to)).id
const edit = (user: number, id: number, content: string) =>
  outcome(one.ask(user, 'update-message', { content }, { path: { message_id: String(id) } }))
const messageOf = async (user: number, id: number) =>
  z
    .object({ message: FetchedMessage })
    .parse(await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })).message
const flagsOf = async (user: number, id: number) => (await messageOf(user, id)).flags
const Unread = z.object({ unread_msgs: z.object({ mentions: z.array(z.int()) }) })
const unread = async (user: number) => Unread.parse(await snapshotOf(one, user)).unread_msgs.mentions
const lastBody = async (): Promise<unknown> => {
  const [row] = await here.test.superuser(
    'SELECT body FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT 1',
    [here.org],
  )
  return z.object({ body: z.unknown() }).parse(row).body
}
const refused = { code: 'BAD_REQUEST', msg: 'You are not allowed to mention this user group.' }

test('a group’s members are mentioned, those of its subgroups too, who have the message', async () => {
  const inner = await group([cid])
  const outer = await group([bob, away], { holds: [inner.id] })
  const id = await say(ann, `@*${outer.name.toUpperCase()}*`)
  expect((await messageOf(ann, id)).content).toBe(
    `<p><span class="user-group-mention" data-user-group-id="${outer.id}">@${outer.name}</span></p>`,
  )
  expect(messageSent.body.parse(await lastBody()).flags.mentioned).toEqual([bob, cid])
  expect(await flagsOf(bob, id)).toEqual(['mentioned'])
  expect(await flagsOf(cid, id)).toEqual(['mentioned'])
  expect(await flagsOf(mod, id)).toEqual([])
  expect(await flagsOf(away, id)).toEqual(['read', 'historical'])
  expect(await unread(bob)).toContain(id)
})

test('in a direct conversation those of its people', async () => {
  const { name } = await group([bob, cid])
  const id = await say(ann, `@*${name}*`, [bob])
  expect(await flagsOf(bob, id)).toEqual(['mentioned'])
  expect(await flagsOf(ann, id)).not.toContain('mentioned')
})

test('silently, in quotes and in code nobody is, whoever may mention it', async () => {
  const nobodys = await group([bob], { by: 8 })
  const id = await say(
    guest,
    `@_*${nobodys.name}* @_*role:members*\n\n> @*${nobodys.name}*\n\n\`@*${nobodys.name}*\``,
  )
  expect((await messageOf(ann, id)).content).toContain(
    `<span class="user-group-mention silent" data-user-group-id="${nobodys.id}">${nobodys.name}</span>`,
  )
  expect(await flagsOf(bob, id)).toEqual([])
})

test('MD-10 only who may mention a group does, in a new text and in a changed one; groups of roles nobody', async () => {
  const { name } = await group([bob], { by: 5 })
  const text = `see @*${name}*`
  const plain = await say(ann, 'plain')
  expect(await outcome(send(ann, text))).toEqual(refused)
  expect(await edit(ann, plain, text)).toEqual(refused)
  expect(await flagsOf(bob, await say(mod, text))).toEqual(['mentioned'])
  expect(await outcome(send(mod, '@*role:members*'))).toEqual(refused)
})

test('one deactivated or unknown is text', async () => {
  const { id, name } = await group([bob])
  await change('deactivated = true', id)
  const sent = await say(ann, `@*${name}* @*no such*`)
  expect((await messageOf(ann, sent)).content).toBe(`<p>@<em>${name}</em> @<em>no such</em></p>`)
  expect(await flagsOf(bob, sent)).toEqual([])
})

test('a changed text mentions anew, and takes back', async () => {
  const { name } = await group([bob, cid, mod])
  const usual = async () => messageUpdated.open.body.parse(await lastBody()).flags.usual
  const id = await say(ann, 'plain')
  await edit(ann, id, `now @*${name}*`)
  expect(await usual()).toEqual(['mentioned'])
  expect(await unread(bob)).toContain(id)
  await edit(ann, id, `now @_*${name}*`)
  expect(await usual()).toEqual([])
  expect(await flagsOf(bob, id)).toEqual([])
  expect(await unread(bob)).not.toContain(id)
})

test('the permission and the members of the moment in which it is written count', async () => {
  const { id, name } = await group([bob])
  meanwhile = () => change('can_mention_group = 5', id)
  expect(await outcome(send(ann, `@*${name}*`))).toEqual(refused)
  await change('can_mention_group = 2', id)
  meanwhile = async () => {
    await here.test.superuser('UPDATE auth.user_group_members SET user_id = $2 WHERE group_id = $1', [
      id,
      cid,
    ])
    await here.unrelated()
  }
  const sent = await say(ann, `@*${name}*`)
  expect(await flagsOf(bob, sent)).toEqual([])
  expect(await flagsOf(cid, sent)).toEqual(['mentioned'])
})

test('what is sent later is held against the permission of then', async () => {
  const { id, name } = await group([bob])
  const at = Math.floor(one.clock.now() / 1000) + 60
  const later = (content: string) =>
    outcome(
      one.ask(ann, 'create-scheduled-message', {
        type: 'channel',
        to: open.id,
        topic: 'tea',
        content,
        scheduled_delivery_timestamp: at,
      }),
    )
  await later(`@*${name}*`)
  await change('can_mention_group = 8', id)
  expect(await later(`@*${name}*`)).toEqual(refused)
  await deliverAll(one, (at + 1) * 1000)
  const Kept = z.object({ scheduled_messages: z.array(z.looseObject({ failed: z.boolean() })) })
  const kept = Kept.parse(await one.ask(ann, 'get-scheduled-messages')).scheduled_messages
  expect(kept.map(({ failed }) => failed)).toEqual([true])
})

test('a message mentions so many groups at most', async () => {
  const names: string[] = []
  for (let i = 0; i <= mostGroups; i++) names.push((await group([bob])).name)
  const text = (of: readonly string[]) => of.map((name) => `@*${name}*`).join(' ')
  expect(await outcome(send(ann, text(names)))).toMatchObject({ code: 'BAD_REQUEST' })
  expect(await flagsOf(bob, await say(ann, text(names.slice(1))))).toEqual(['mentioned'])
})

test('many are marked by the message, as those of its topic are: no row for each, until the text takes them back', async () => {
  const crowd = await here.channel()
  const many = await Promise.all(Array.from({ length: fewMembers + 1 }, () => here.user()))
  await here.subscribe(crowd, ann, bob, ...many)
  const { name } = await group(many)
  const id = await say(ann, `@*${name}*`, crowd)
  const rows = await here.test.superuser('SELECT FROM messaging.user_flags WHERE message_id = $1', [id])
  expect(rows).toEqual([])
  const [first = 0] = many
  expect(await flagsOf(first, id)).toEqual(['topic_wildcard_mentioned', 'wildcard_mentioned'])
  expect(await flagsOf(bob, id)).toEqual([])
  expect(await unread(first)).toContain(id)
  await edit(ann, id, 'nobody')
  expect(await flagsOf(first, id)).toEqual([])
  await edit(ann, id, `@*${name}*`)
  expect(messageUpdated.open.body.parse(await lastBody()).flags.usual).toContain('topic_wildcard_mentioned')
  expect(await flagsOf(first, id)).toEqual(['topic_wildcard_mentioned', 'wildcard_mentioned'])
})

test('many stay mentioned where the message goes with them, and nobody is who was not there', async () => {
  const [crowd, there] = [await here.channel(), await here.channel()]
  const many = await Promise.all(Array.from({ length: fewMembers + 2 }, () => here.user()))
  const [both = 0, came = 0, ...others] = many
  await here.subscribe(crowd, ann, both, ...others)
  const { name } = await group(many)
  const id = await say(ann, `@*${name}*`, crowd)
  await here.subscribe(there, ann, both, came)
  await one.ask(ann, 'update-message', { stream_id: there.id }, { path: { message_id: String(id) } })
  expect(await flagsOf(both, id)).toEqual(['topic_wildcard_mentioned', 'wildcard_mentioned'])
  expect(await flagsOf(came, id)).toEqual(['read'])
})
