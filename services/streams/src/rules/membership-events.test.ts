import {
  type Actor,
  defaultChannelGroups,
  defaultRealmGroups,
  role,
  type Role,
  systemGroupsOf,
} from '@parley/access'
import type { ChannelObject } from '@parley/api'
import { groupId, orgId, userId } from '@parley/core'
import type { NewEvent } from '@parley/events'
import { describe, expect, test } from 'vitest'
import { channelObject } from '../present/channel-object.ts'
import { creationEvents, joinedEvents, leftEvents } from './membership-events.ts'

const person = (id: number, as: Role = role.member): Actor => ({
  orgId: orgId(1),
  userId: userId(id),
  role: as,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: id === 2 ? new Set([...systemGroupsOf(as), groupId(101)]) : systemGroupsOf(as),
  realmGroups: defaultRealmGroups,
})
/** The second person administers it. */
const groups = { ...defaultChannelGroups, can_administer_channel_group: groupId(101) }
const channel = (invite_only: boolean): ChannelObject =>
  channelObject(
    {
      channel_id: 7,
      name: 'garden',
      description: '',
      rendered_description: '',
      invite_only,
      history_public_to_subscribers: !invite_only,
      is_web_public: false,
      archived: false,
      is_default: false,
      folder_id: null,
      message_retention_days: null,
      topics_policy: 'inherit',
      creator_id: 2,
      created_at: 0,
      subscriber_count: 0,
      first_message_id: null,
      last_sent_at: null,
      setting_values: {},
      ...groups,
    },
    0,
  )
const settings = (color = '#000000') => ({
  color,
  is_muted: false,
  in_home_view: true,
  pin_to_top: false,
  desktop_notifications: null,
  audible_notifications: null,
  push_notifications: null,
  email_notifications: null,
  wildcard_mentions_notify: null,
})
const admin = person(1, role.admin)
const creator = person(2)
const member = person(3)
const guest = person(4, role.guest)
const joined = (...people: Actor[]) => people.map((one) => ({ person: one, settings: settings() }))
const changing = (invite_only: boolean, subscribers: { user_id: number; guest: boolean }[] = []) => ({
  channel: channel(invite_only),
  groups,
  by: userId(2),
  overseers: [admin, creator],
  subscribers,
  isNew: false,
})
const said = (events: readonly NewEvent[]) =>
  events.map((event) => [event.declaration.type, [...event.users], event.channel])

describe('a new channel', () => {
  test('that is private is told to its overseers who are not in it, then to those in it', () => {
    const people = joined(creator, member)
    expect(said(creationEvents(changing(true), people))).toEqual([
      ['channel.established', [], null],
      ['channel.revealed', [1], null],
    ])
    expect(said(joinedEvents({ ...changing(true), isNew: true }, people))).toEqual([
      ['peer.added-within', [1], 7],
      ['membership.granted', [2, 3], null],
      // The creator knows of it outside too, so nothing of this is taken back by leaving.
      ['channel.revealed', [2], null],
      ['channel.revealed', [3], 7],
      ['subscription.added', [2], null],
      ['subscription.added', [3], 7],
    ])
  })
  test('that is public is told to all but guests, and to guests in it', () => {
    const people = joined(creator, guest)
    expect(said(creationEvents(changing(false), people))).toEqual([
      ['channel.established', [], null],
      ['channel.created', [], null],
    ])
    expect(said(joinedEvents({ ...changing(false), isNew: true }, people)).slice(1, 3)).toEqual([
      ['membership.granted', [2, 4], null],
      ['channel.revealed', [4], 7],
    ])
  })
  test('is told as it was before anybody came in, since they are counted next', () => {
    for (const invite_only of [true, false]) {
      const full = { ...channel(invite_only), subscriber_count: 2 }
      const events = creationEvents({ ...changing(invite_only), channel: full }, joined(creator, member))
      expect(events.at(-1)?.body).toMatchObject({ channel: { subscriber_count: 0 } })
    }
  })
})

describe('people who come in', () => {
  test('learn of what they did not know', () => {
    expect(said(joinedEvents(changing(true), joined(admin, creator, member, guest)))).toEqual([
      ['peer.added-within', [], 7],
      ['membership.granted', [1, 2, 3, 4], null],
      ['channel.revealed', [3, 4], 7],
      ['subscription.added', [1, 2, 3, 4], 7],
    ])
    expect(said(joinedEvents(changing(false), joined(member, guest)))).toEqual([
      ['peer.added', [], null],
      ['membership.granted', [3, 4], null],
      ['channel.revealed', [4], 7],
      ['subscription.added', [3, 4], 7],
    ])
  })
  test('with settings of their own get events of their own', () => {
    const events = joinedEvents(changing(false), [
      { person: creator, settings: settings('#111111') },
      { person: member, settings: settings() },
      { person: person(5), settings: settings('#111111') },
    ])
    expect(said(events).slice(2)).toEqual([
      ['subscription.added', [2, 5], 7],
      ['subscription.added', [3], 7],
    ])
  })
  test('nobody means no event', () => {
    expect([joinedEvents(changing(false), []), leftEvents(changing(true), [])]).toEqual([[], []])
  })
})

describe('people who leave', () => {
  test('a private channel see no more of it, its overseers do', () => {
    expect(said(leftEvents(changing(true), [admin, creator, member]))).toEqual([
      ['membership.ended', [], null],
      ['subscription.removed', [1, 2], null],
      ['subscription.removed', [3], 7],
      ['channel.withdrawn', [3], null],
      ['peer.removed-within', [], 7],
    ])
  })
  test('a public channel go on seeing it, guests do not; guests inside follow the list', () => {
    const inside = [{ user_id: 9, guest: true }]
    expect(said(leftEvents(changing(false, inside), [member, guest]))).toEqual([
      ['membership.ended', [], null],
      ['subscription.removed', [3], null],
      ['subscription.removed', [4], 7],
      ['channel.withdrawn', [4], null],
      ['peer.removed', [], null],
      ['peer.removed-within', [], 7],
    ])
  })
})
