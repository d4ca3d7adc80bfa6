import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { channelLink } from '@parley/markdown'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { announcedText, broughtText, changeTexts, madeText } from '../src/rules/notice-text.ts'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let bob: Person
let guest: Person
let bot: number
let news: number

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
  const [own] = await f.database.superuser('SELECT user_id AS id FROM auth.system_bots WHERE org_id = $1', [
    org,
  ])
  bot = z.int().parse(own?.['id'])
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'news' }] })
  news = await idOf('news')
})

const idOf = async (stream: string): Promise<number> =>
  Number((await f.ok(owner, 'find-channel', { stream }))['stream_id'])
const set = (settings: Record<string, unknown>) =>
  f.database.superuser(
    `INSERT INTO auth.settings AS s (org_id, settings) VALUES ($1, $2)
     ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
    [org, JSON.stringify(settings)],
  )
/** What the bot is to say, in order. */
const notices = () =>
  f.database.superuser(
    `SELECT channel_id AS channel, user_ids AS people, topic, content FROM messaging.scheduled
     WHERE org_id = $1 AND user_id = $2 ORDER BY scheduled_id`,
    [org, bot],
  )
const inChannel = (channel: number, topic: string, content: string) => ({
  channel,
  people: null,
  topic,
  content,
})
const toPerson = (person: Person, content: string) => ({
  channel: null,
  people: [bot, person.id].toSorted((a, b) => a - b),
  topic: '',
  content,
})
const open = { inviteOnly: false, historyPublicToSubscribers: true, isWebPublic: false }

test('a new channel is announced where its maker wants that, and never a private one', async () => {
  await f.ok(ada, 'create-channel', { name: 'unset', subscribers: [], announce: true })
  expect(await notices()).toEqual([])
  await set({ new_stream_announcements_stream_id: news })
  await f.ok(ada, 'create-channel', { name: 'quiet', subscribers: [] })
  await f.ok(ada, 'create-channel', {
    name: 'closed',
    subscribers: [ada.id],
    announce: true,
    invite_only: true,
  })
  expect(await notices()).toEqual([])
  await f.ok(ada, 'create-channel', { name: 'loud', subscribers: [], announce: true })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'louder' }, { name: 'news' }], announce: true })
  expect(await notices()).toEqual([
    inChannel(news, 'new channels', announcedText(ada.id, 'loud')),
    inChannel(news, 'new channels', announcedText(ada.id, 'louder')),
  ])
})

test('no channel is announced where guests would read its name', async () => {
  await set({ new_stream_announcements_stream_id: news })
  const guest = await f.person(org, role.guest)
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'news' }], principals: [guest.id] })
  const before = await notices()
  await f.ok(ada, 'create-channel', { name: 'unknown to guests', subscribers: [], announce: true })
  expect(await notices()).toEqual(before)
})

test('no channel is announced where everybody would read its name', async () => {
  await set({ enable_spectator_access: true })
  const fields = { name: 'billboard', subscribers: [], is_web_public: true }
  const { id } = z.object({ id: z.int() }).parse(await f.ok(owner, 'create-channel', fields))
  await set({ new_stream_announcements_stream_id: id })
  const before = await notices()
  await f.ok(ada, 'create-channel', { name: 'for members only', subscribers: [], announce: true })
  expect(await notices()).toEqual(before)
})

test('a web-public one is announced where guests are, who know of it as everybody does', async () => {
  await set({ new_stream_announcements_stream_id: news, enable_spectator_access: true })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'news' }], principals: [guest.id] })
  const before = await notices()
  await f.ok(owner, 'create-channel', {
    name: 'square',
    subscribers: [],
    announce: true,
    is_web_public: true,
  })
  expect((await notices()).slice(before.length)).toEqual([
    inChannel(news, 'new channels', announcedText(owner.id, 'square')),
  ])
})

test('what was not done is not said', async () => {
  await set({ new_stream_announcements_stream_id: news, send_channel_events_messages: true })
  const taken = await f.call(ada, 'create-channel', { name: 'News', subscribers: [], announce: true })
  expect(taken.status).toBe(409)
  expect((await f.call(bob, 'update-channel', { stream_id: news, description: 'x' })).status).toBe(400)
  const unknown = { name: 'x', subscribers: [987_654], announce: true }
  expect((await f.call(ada, 'create-channel', unknown)).status).toBe(400)
  expect(await notices()).toEqual([])
})

test('a channel says who made it and what becomes of it, where the organisation wants that', async () => {
  await f.ok(ada, 'update-channel', { stream_id: news, description: 'before' })
  expect(await notices()).toEqual([])
  await set({ send_channel_events_messages: true })
  await f.ok(ada, 'create-channel', { name: 'tools', description: 'hammers', subscribers: [ada.id] })
  const tools = await idOf('tools')
  await f.ok(ada, 'update-channel', { stream_id: tools, new_name: 'TOOLS', description: 'saws' })
  await f.ok(ada, 'update-channel', { stream_id: tools, is_private: true })
  await f.ok(ada, 'update-channel', { stream_id: tools, is_private: true })
  await f.ok(ada, 'update-channel', { stream_id: tools, can_send_message_group: { new: 3 } })
  const shape = {
    name: 'tools',
    description: 'hammers',
    invite_only: false,
    history_public_to_subscribers: true,
    is_web_public: false,
  }
  const renamed = { ...shape, name: 'TOOLS', description: 'saws' }
  const closed = { ...renamed, invite_only: true, history_public_to_subscribers: false }
  const texts = [
    madeText(ada.id, open, 'hammers'),
    ...changeTexts(ada.id, shape, renamed),
    ...changeTexts(ada.id, renamed, closed),
  ]
  expect(texts).toHaveLength(4)
  expect(texts[3]).toContain('from **Public** to **Private, protected history**')
  expect(await notices()).toEqual(texts.map((text) => inChannel(tools, 'channel events', text)))
})

test('people are told by whom they were brought into channels that there were', async () => {
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'second' }], invite_only: true })
  const robot = await f.person(org, role.member, { isBot: true, owner: ada })
  const answer = await f.ok(ada, 'subscribe', {
    subscriptions: [{ name: 'news' }, { name: 'second' }, { name: 'brand new' }],
    principals: [ada.id, bob.id, guest.id, robot.id],
  })
  expect(answer['new_subscription_messages_sent']).toBe(true)
  expect(await notices()).toEqual(
    [bob, guest].map((person) => toPerson(person, broughtText(ada.id, ['news', 'second']))),
  )
  const again = { subscriptions: [{ name: 'news' }], principals: [bob.id] }
  await f.ok(ada, 'subscribe', again)
  expect(await notices()).toHaveLength(2)
})

test('nobody is told who wants none told, or where they are many', async () => {
  const silent = {
    subscriptions: [{ name: 'news' }],
    principals: [bob.id],
    send_new_subscription_messages: false,
  }
  expect((await f.ok(ada, 'subscribe', silent))['new_subscription_messages_sent']).toBe(false)
  const crowd = []
  for (let i = 0; i < 101; i++) crowd.push((await f.person(org)).id)
  const many = await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'news' }], principals: crowd })
  expect(many['new_subscription_messages_sent']).toBe(false)
  expect(await notices()).toEqual([])
})

test('one person has so many people told in an hour, and from then on others are brought in without being told', async () => {
  const bring = async (stream: string, ...people: number[]) => {
    const asked = { subscriptions: [{ name: stream }], principals: people }
    return (await f.ok(ada, 'subscribe', asked))['new_subscription_messages_sent']
  }
  const crowd = []
  for (let i = 0; i < 100; i++) crowd.push((await f.person(org)).id)
  const streams = ['a', 'b', 'c', 'd', 'e']
  for (const name of streams) await f.ok(ada, 'subscribe', { subscriptions: [{ name }] })
  const told = []
  for (const name of streams) told.push(await bring(name, ...crowd))
  expect([...told, await bring('news', bob.id)]).toEqual([true, true, true, true, true, false])
  expect(await notices()).toHaveLength(500)
  await f.database.superuser(`UPDATE streams.brought SET since = since - interval '1 hour'`)
  expect(await bring('a', bob.id)).toBe(true)
})

test('a guest who sees only whom they have met is not told who it was', async () => {
  await f.database.superuser(
    `INSERT INTO auth.settings (org_id, permissions) VALUES ($1, '{"can_access_all_users_group": 3}')`,
    [org],
  )
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'news' }], principals: [bob.id, guest.id] })
  expect(await notices()).toEqual([
    toPerson(bob, broughtText(ada.id, ['news'])),
    toPerson(guest, broughtText(null, ['news'])),
  ])
})

test('a name ends where it ends', () => {
  expect(channelLink('tea')).toBe('#**tea**')
  expect(channelLink('x** @**all')).toBe('`x** @**all`')
  expect(channelLink('a `b`* c')).toBe('``a `b`* c``')
  expect(broughtText(7, ['a', 'b'])).toBe('@_**|7** subscribed you to these channels:\n\n* #**a**\n* #**b**')
  expect(madeText(7, open, 'a\n```\n@**all**')).toContain('> a\n> ```\n> @**all**')
  expect(madeText(7, open, '')).toContain('> (none)')
})
