import { channelGroupSettings } from '@parley/access'
import { groupId, orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { StandingRow } from './channel-row.ts'
import { StandingChannels } from './standing-channels.ts'

const [org, other] = [orgId(2), orgId(3)]
const row = (id: number, group = 8): StandingRow =>
  StandingRow.parse({
    channel_id: id,
    name: `channel ${id}`,
    description: '',
    rendered_description: '',
    invite_only: false,
    history_public_to_subscribers: true,
    is_web_public: false,
    archived: false,
    is_default: false,
    folder_id: null,
    message_retention_days: null,
    topics_policy: 'inherit',
    creator_id: null,
    created_at: 0,
    ...Object.fromEntries(channelGroupSettings.map((name) => [name, group])),
  })
const none: ReadonlySet<number> = new Set()

test('a row is remembered for its organisation and its state alone', () => {
  const channels = new StandingChannels()
  const kept = channels.set(org, row(1), 70, none)
  expect(channels.get(org, 1, 70)).toBe(kept)
  expect(channels.get(org, 1, 71)).toBeUndefined()
  expect(channels.get(org, 2, 70)).toBeUndefined()
  expect(channels.get(other, 1, 70)).toBeUndefined()
})

test('permissions that name people in place are told', () => {
  const channels = new StandingChannels()
  const { inPlace } = channels.set(org, { ...row(1), can_subscribe_group: groupId(90) }, 70, new Set([90]))
  expect(inPlace).toEqual(['can_subscribe_group'])
  expect(channels.set(org, row(1, 90), 71, new Set([90])).inPlace).toEqual([...channelGroupSettings])
})

test('nothing is remembered over a start of Postgres, whose data may be of another time', () => {
  const channels = new StandingChannels()
  channels.startedAt('monday')
  channels.set(org, row(1), 70, none)
  channels.startedAt('monday')
  expect(channels.get(org, 1, 70)).toBeDefined()
  channels.startedAt('tuesday')
  expect(channels.get(org, 1, 70)).toBeUndefined()
})

test('as many are remembered as there is room for, those asked for lately first', () => {
  const channels = new StandingChannels(11_000)
  for (let id = 1; id <= 100; id++) {
    channels.set(org, row(id), 70, none)
    expect(channels.get(org, 1, 70)).toBeDefined()
    expect(channels.size).toBeLessThanOrEqual(10)
  }
  expect(channels.get(org, 100, 70)).toBeDefined()
  expect(channels.get(org, 2, 70)).toBeUndefined()
  // Long descriptions count: one that fills the room leaves the former generation alone.
  channels.set(org, { ...row(101), description: 'x'.repeat(5_000) }, 70, none)
  channels.set(org, { ...row(102), description: 'x'.repeat(5_000) }, 70, none)
  expect([channels.size, channels.get(org, 1, 70)]).toEqual([2, undefined])
})
