import { Capabilities } from '@parley/api'
import { userId } from '@parley/core'
import { eventFaults, contractAvailable } from '@parley/testkit'
import { describe, expect, test } from 'vitest'
import type { Viewer } from '../event.ts'
import { flagsChanged } from './flags-changed.ts'
import { type MessageSent, messageSent } from './message-sent.ts'
import { messageUpdated, type MessageUpdated } from './message-updated.ts'
import { type MessagesDeleted, messagesDeleted } from './messages-deleted.ts'
import { messageAppeared, messageCarried, messagesWithdrawn } from './relocation.ts'
import { reactionChanged } from './reaction-changed.ts'
import { submessageAdded } from './submessage-added.ts'
import { unreadCleared } from './unread-cleared.ts'

const viewer = (more: Partial<Viewer> = {}): Viewer => ({
  userId: userId(5),
  role: 400,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  sees: null,
  slimPresence: true,
  queueId: 'mine',
  ...more,
})
const body: MessageSent = {
  message_id: 7,
  recipient_id: 3,
  sender_id: 5,
  sender_email: 'ann@example.com',
  sender_full_name: 'Ann',
  sender_realm_str: 'acme',
  avatar_url: '/avatar/5?version=1',
  client: 'website',
  content: '/me **waves**',
  rendered: '<p>/me <strong>waves</strong></p>',
  timestamp: 1767312000,
  kind: 'channel',
  stream_id: 9,
  stream_name: 'General',
  topic: '',
  topic_links: [],
  people: [],
  read_by: [],
  unread_for: null,
  flags: { read: [5], mentioned: [6], channelWildcard: false, topicWildcard: [], alerted: [] },
  queue_id: 'mine',
  local_id: '17.1',
}
const direct: MessageSent = {
  ...body,
  kind: 'direct',
  stream_id: null,
  stream_name: null,
  people: [{ id: 5, email: 'ann@example.com', full_name: 'Ann', is_mirror_dummy: false }],
}
const emptyKnown = { capabilities: Capabilities.parse({ empty_topic_name: true }) }
const whole = (sent: MessageSent, who: Viewer): Record<string, unknown> => ({
  id: 1,
  ...messageSent.shape(sent, who),
  ...messageSent.own?.(sent, who),
})
const faults = (event: unknown): string[] => (contractAvailable() ? eventFaults(event) : [])

describe('message', () => {
  test('of a channel and of people, as the contract has them', () => {
    expect(faults(whole(body, viewer()))).toEqual([])
    expect(faults(whole(direct, viewer({ applyMarkdown: false })))).toEqual([])
    expect(whole(direct, viewer())).toMatchObject({
      message: { type: 'private', subject: '', display_recipient: [{ id: 5 }] },
    })
  })

  test('in the rendering that the queue asked for', () => {
    expect(whole(body, viewer())).toMatchObject({
      message: {
        content: body.rendered,
        content_type: 'text/html',
        avatar_url: '/avatar/5?version=1',
        subject: 'general chat',
        is_me_message: true,
      },
    })
    expect(whole(body, viewer({ applyMarkdown: false, ...emptyKnown }))).toMatchObject({
      message: {
        content: body.content,
        content_type: 'text/x-markdown',
        avatar_url: '/avatar/5?version=1',
        subject: '',
      },
    })
  })

  test('viewers of one variant get the same shape', () => {
    const ways = [true, false].flatMap((applyMarkdown) =>
      [{}, emptyKnown].flatMap((known) =>
        [5, 6].map((id) => viewer({ userId: userId(id), applyMarkdown, ...known })),
      ),
    )
    const shapes = Map.groupBy(ways, (who) => messageSent.variant(who))
    expect(shapes.size).toBe(4)
    for (const same of shapes.values())
      expect(new Set(same.map((who) => JSON.stringify(messageSent.shape(body, who)))).size).toBe(1)
  })

  test('the local id goes to the queue that sent it, and only there', () => {
    expect(whole(body, viewer())).toMatchObject({ local_message_id: '17.1' })
    expect(whole(body, viewer({ queueId: 'other' }))).not.toHaveProperty('local_message_id')
  })

  test('flags are each reader’s own', () => {
    const flags = (sent: MessageSent['flags'], id: number) =>
      messageSent.own?.({ ...body, flags: sent }, viewer({ userId: userId(id) }))?.['flags']
    expect(flags(body.flags, 5)).toEqual(['read'])
    expect(flags(body.flags, 6)).toEqual(['mentioned'])
    expect(flags({ ...body.flags, channelWildcard: true }, 8)).toEqual([
      'stream_wildcard_mentioned',
      'wildcard_mentioned',
    ])
    expect(flags({ ...body.flags, topicWildcard: [8] }, 8)).toEqual([
      'topic_wildcard_mentioned',
      'wildcard_mentioned',
    ])
    expect(flags({ ...body.flags, topicWildcard: [8] }, 9)).toEqual([])
    expect(flags({ ...body.flags, alerted: [8] }, 8)).toEqual(['has_alert_word'])
    const muted = { ...body, local_id: null, read_by: [8], flags: { ...body.flags, mentioned: [8, 9] } }
    const own = (id: number) => messageSent.own?.(muted, viewer({ userId: userId(id) }))
    expect([own(8), own(9)]).toEqual([{ flags: ['read', 'mentioned'] }, { flags: ['mentioned'] }])
    const many = Array.from({ length: 20 }, (_, i) => i + 100)
    const skipped = (unread: number[], id: number) =>
      messageSent.own?.({ ...body, unread_for: unread }, viewer({ userId: userId(id) }))?.['flags']
    expect([skipped([8], 8), skipped([8], 9), skipped([], 9)]).toEqual([[], ['read'], ['read']])
    expect([skipped(many, 101), skipped(many, 9)]).toEqual([[], ['read']])
  })
})

describe('flags', () => {
  test('added and removed, as the contract has them', () => {
    const added = { op: 'add' as const, flag: 'starred' as const, messages: [7], details: null }
    const details = {
      7: { type: 'stream' as const, stream_id: 9, topic: '' },
      8: { type: 'private' as const, user_ids: [6], mentioned: true },
    }
    const removed = { op: 'remove' as const, flag: 'read' as const, messages: [7, 8], details }
    expect(faults({ id: 1, ...flagsChanged.shape(added, viewer()) })).toEqual([])
    const shape = flagsChanged.shape(removed, viewer())
    expect(faults({ id: 1, ...shape })).toEqual([])
    expect(shape).toMatchObject({ message_details: { 7: { topic: 'general chat' } } })
    expect(flagsChanged.shape(removed, viewer(emptyKnown))).toMatchObject({
      message_details: { 7: { topic: '' } },
    })
  })

  test('what becomes unread is named by conversation, and told by message as before', () => {
    const messages = [7, 9, 8]
    const places = [
      { stream_id: 9, topics: ['', 'tea'] },
      { user_ids: [6], count: 1 },
    ]
    const removed = { op: 'remove' as const, flag: 'read' as const, messages }
    const details = {
      7: { type: 'stream' as const, stream_id: 9, topic: '' },
      9: { type: 'stream' as const, stream_id: 9, topic: 'tea', mentioned: true },
      8: { type: 'private' as const, user_ids: [6], mentioned: true },
    }
    const body = flagsChanged.body.parse({
      ...removed,
      details: null,
      unread: { places, mentioned: [8, 9] },
    })
    for (const who of [viewer(), viewer(emptyKnown)])
      expect(flagsChanged.shape(body, who)).toEqual(flagsChanged.shape({ ...removed, details }, who))
    expect(faults({ id: 1, ...flagsChanged.shape(body, viewer()) })).toEqual([])
    const fewer = { ...body, messages: [7, 9] }
    expect(() => flagsChanged.body.parse(fewer)).toThrow('conversations')
  })
})

test('what was unread where somebody left is told as any reading', () => {
  const shape = unreadCleared.shape({ messages: [3, 4] }, viewer())
  expect(faults({ id: 1, ...shape })).toEqual([])
  expect(shape).toEqual(
    flagsChanged.shape({ op: 'add', flag: 'read', messages: [3, 4], details: null }, viewer()),
  )
})

test('a poll is told of with its message, and what is added to it by itself', () => {
  const poll = whole({ ...body, content: '/poll Tea?\n- green' }, viewer(emptyKnown))
  expect(faults(poll)).toEqual([])
  const content = '{"widget_type":"poll","extra_data":{"question":"Tea?","options":["green"]}}'
  const own = { id: 7, message_id: 7, sender_id: 5, msg_type: 'widget', content }
  expect(poll['message']).toMatchObject({ submessages: [own] })
  const shape = submessageAdded.open.shape({ ...own, id: 8, content: '{"type":"vote"}' }, viewer())
  expect(faults({ id: 1, ...shape })).toEqual([])
  expect(shape).toEqual({
    type: 'submessage',
    submessage_id: 8,
    message_id: 7,
    sender_id: 5,
    msg_type: 'widget',
    content: '{"type":"vote"}',
  })
})

test('reactions, as the contract has them', () => {
  const reaction = {
    emoji_name: 'tada',
    emoji_code: '1f389',
    reaction_type: 'unicode_emoji' as const,
    user_id: 5,
  }
  const person = { email: 'ann@example.com', full_name: 'Ann' }
  for (const op of ['add', 'remove'] as const) {
    const shape = reactionChanged.open.shape({ op, message_id: 7, ...reaction, ...person }, viewer())
    expect(faults({ id: 1, ...shape })).toEqual([])
    expect(shape).toMatchObject({ op, message_id: 7, ...reaction, user: { user_id: 5, ...person } })
  }
})

describe('a changed message', () => {
  const changed: MessageUpdated = {
    user_id: 5,
    edit_timestamp: 1767312000,
    message_id: 7,
    message_ids: [7, 9],
    flags: { usual: [], others: [{ flags: ['read', 'mentioned'], user_ids: [5] }] },
    stream_id: 9,
    new_stream_id: null,
    text: { content: '/me x', rendered: '<p>x</p>', before: { content: 'y', rendered: '<p>y</p>' } },
    topic: {
      before: '',
      after: 'tea',
      links: [{ text: 'tea', url: 'https://x.org/tea' }],
      propagate_mode: 'change_all',
    },
  }
  const wire = (body: MessageUpdated, who: Viewer): Record<string, unknown> => ({
    id: 1,
    ...messageUpdated.open.shape(body, who),
    ...messageUpdated.open.own?.(body, who),
  })

  test('as the contract has it', () => {
    expect(faults(wire(changed, viewer()))).toEqual([])
    expect(faults(wire({ ...changed, stream_id: null, text: null, topic: null }, viewer()))).toEqual([])
    expect(wire(changed, viewer())).toMatchObject({
      type: 'update_message',
      rendering_only: false,
      message_ids: [7, 9],
      is_me_message: true,
      orig_content: 'y',
      orig_rendered_content: '<p>y</p>',
      orig_subject: 'general chat',
      subject: 'tea',
      topic_links: [{ text: 'tea', url: 'https://x.org/tea' }],
      propagate_mode: 'change_all',
    })
    expect(wire(changed, viewer(emptyKnown))).toMatchObject({ orig_subject: '' })
    const moved = { ...changed, new_stream_id: 3, text: null }
    expect(wire(moved, viewer())).toMatchObject({ stream_id: 9, new_stream_id: 3 })
  })

  test('each receiver has their own flags', () => {
    expect(wire(changed, viewer())).toMatchObject({ flags: ['read', 'mentioned'] })
    expect(wire(changed, viewer({ userId: userId(6) }))).toMatchObject({ flags: [] })
  })

  test('without the former text where it may not be shown', () => {
    const text = { content: 'x', rendered: '<p>x</p>', before: null }
    expect(wire({ ...changed, text }, viewer())).not.toHaveProperty('orig_content')
  })
})

describe('deleted messages', () => {
  const deleted: MessagesDeleted = { message_ids: [7, 9], to: 'bulk', stream_id: 9, topic: '' }
  const bulk = { capabilities: Capabilities.parse({ bulk_message_deletion: true, empty_topic_name: true }) }
  const wire = (body: MessagesDeleted, who: Viewer) => messagesDeleted.open.shape(body, who)

  test('as the contract has them', () => {
    const told = [wire(deleted, viewer(bulk)), wire({ ...deleted, to: 'all' }, viewer())]
    for (const shape of told) expect(faults({ id: 1, ...shape })).toEqual([])
    const direct = wire({ message_ids: [7], to: 'all', stream_id: null, topic: '' }, viewer())
    expect(faults({ id: 1, ...direct })).toEqual([])
    expect(direct).toEqual({ type: 'delete_message', message_type: 'private', message_id: 7 })
    expect(wire(deleted, viewer(bulk))).toEqual({
      type: 'delete_message',
      message_type: 'stream',
      message_ids: [7, 9],
      stream_id: 9,
      topic: '',
    })
  })

  test('many at once only for who can take them', () => {
    expect(wire(deleted, viewer())).toBeNull()
    const single: MessagesDeleted = { ...deleted, to: 'single', message_ids: [7] }
    expect(wire(single, viewer(bulk))).toBeNull()
    expect(wire(single, viewer())).toMatchObject({ message_id: 7, topic: 'general chat' })
  })
})

describe('messages that go to another channel', () => {
  const { flags: _, queue_id: __, local_id: ___, kind: ____, people: _____, ...sent } = body
  const vote = { id: 8, message_id: 7, sender_id: 6, msg_type: 'widget', content: '{}' } as const
  const appeared = {
    ...sent,
    content: '/poll Tea?',
    flags: {
      usual: ['read' as const],
      others: [{ flags: ['read' as const, 'starred' as const], user_ids: [6] }],
    },
    reactions: [
      { emoji_name: 'tada', emoji_code: '1f389', reaction_type: 'unicode_emoji' as const, user_id: 6 },
    ],
    submessages: [vote],
    edited_at: null as number | null,
    moved_at: 1767312100,
    gravatar: false,
    beside: [5],
    following: false,
  }
  const told = (who: Viewer, seen = appeared) => ({
    id: 1,
    ...messageAppeared.shape(seen, who),
    ...messageAppeared.own?.(seen, who),
  })

  test('appear with what hangs on them, to each with their own flags', () => {
    expect(faults(told(viewer()))).toEqual([])
    expect(told(viewer())).toMatchObject({
      flags: ['read'],
      message: {
        reactions: [{ emoji_name: 'tada' }],
        submessages: [{ id: 7 }, vote],
        last_moved_timestamp: 1767312100,
        stream_id: 9,
      },
    })
    expect(told(viewer({ userId: userId(6) }))).toMatchObject({ flags: ['read', 'starred'] })
    expect(told(viewer(), { ...appeared, edited_at: 1767312050 })).toMatchObject({
      message: { last_edit_timestamp: 1767312050, submessages: [] },
    })
    expect([messageAppeared.beside?.(appeared), messageAppeared.messagesIn?.(appeared)]).toEqual([[5], [7]])
    expect(messageAppeared.following?.(appeared)).toBe(false)
    expect(messageAppeared.variant(viewer())).not.toBe(
      messageAppeared.variant(viewer({ applyMarkdown: false })),
    )
  })

  test('appear without their sender to who does not see that one', () => {
    expect(messageAppeared.tellsOf?.(appeared)).toBe(5)
    const unseen = { id: 1, ...messageAppeared.ofUnseen?.(appeared, viewer()), flags: [] }
    expect(faults(unseen)).toEqual([])
    expect(JSON.stringify(unseen)).not.toMatch(/Ann|ann@example/)
  })

  test('are carried on, with their topic where it is another', () => {
    const carried = {
      user_id: 5,
      edit_timestamp: 1767312100,
      message_id: 8,
      message_ids: [7, 8],
      flags: { usual: [], others: [] },
      stream_id: 9,
      new_stream_id: 10,
      text: null,
      topic: { before: '', after: 'tea', links: [], propagate_mode: 'change_all' as const },
      beside: null,
      following: null,
    }
    const wire = messageCarried.shape(carried, viewer())
    expect(faults({ id: 1, ...wire, flags: [] })).toEqual([])
    expect(wire).toMatchObject({
      stream_id: 9,
      new_stream_id: 10,
      orig_subject: 'general chat',
      subject: 'tea',
    })
    const same = messageCarried.shape({ ...carried, topic: { ...carried.topic, before: 'tea' } }, viewer())
    expect(same).toMatchObject({ orig_subject: 'tea', propagate_mode: 'change_all' })
    expect(same).not.toHaveProperty('subject')
    expect([messageCarried.beside?.(carried), messageCarried.messagesIn?.(carried)]).toEqual([null, [8, 7]])
    expect(messageCarried.following?.(carried)).toBe(null)
  })

  test('are gone for who may not read them there', () => {
    const gone = { message_ids: [7], to: 'all' as const, stream_id: 9, topic: 'tea', beside: [6] }
    expect(faults({ id: 1, ...messagesWithdrawn.shape(gone, viewer()) })).toEqual([])
    expect(messagesWithdrawn.beside?.(gone)).toEqual([6])
  })
})
