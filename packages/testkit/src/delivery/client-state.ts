import { expect } from 'vitest'
import { z } from 'zod'
import { ofBots } from './client-state/bots.ts'
import { ofChannels, ofSubscriptions } from './client-state/channels.ts'
import { ofGroups } from './client-state/groups.ts'
import { stateOf } from './client-state/learned.ts'
import { ofMessages } from './client-state/messages.ts'
import { dropNamed } from './client-state/named.ts'
import { ofOrganisation } from './client-state/organisation.ts'
import { ofOwn } from './client-state/own.ts'
import { ofPeople } from './client-state/people.ts'
import type { Appliers } from './client-state/state.ts'
import { passes, type QueueEvent } from './event-queue.ts'

/** Every event that a client understands; a new one is added with its domain. */
const appliers: Appliers = {
  ...ofMessages,
  ...ofChannels,
  ...ofSubscriptions,
  ...ofPeople,
  ...ofBots,
  ...ofGroups,
  ...ofOwn,
  ...ofOrganisation,
}

function cameBack(person: unknown): number[] {
  const { success, data } = z.looseObject({ user_id: z.int(), is_active: z.literal(true) }).safeParse(person)
  return success ? [data.user_id] : []
}

/**
 * Fails unless a client that registered with `before` and applied `events` knows what one that registers now is told
 * (`fresh`): people, groups, channels, subscriptions, unread and starred messages, conversations. Both registered for all
 * event types, with `include_subscribers` and the capability `empty_topic_name`.
 */
export function expectSnapshotEqual(before: unknown, events: readonly QueueEvent[], fresh: unknown): void {
  const state = stateOf(before)
  // What passes beside the log changes nothing that is kept.
  for (const event of events.filter(({ type }) => !passes(type))) {
    const name = event.op === undefined ? event.type : `${event.type} ${event.op}`
    const apply = appliers[name]
    if (!apply) throw new Error(`this client does not know the event ${name}: teach it`)
    apply(state, event)
  }
  const { maxMessage, direct, ...rest } = stateOf(fresh)
  for (const [id, channel] of Object.entries(state.channels)) {
    const now = rest.channels[Number(id)]?.membership
    if (channel.membership === 'outside' && now && now !== 'subscribed') channel.membership = now
  }
  const deleted = events.some(({ type }) => type === 'delete_message')
  for (const [people, newest] of Object.entries(state.direct)) {
    if (newest !== null) continue
    delete state.direct[people]
    delete direct[people]
  }
  // No event puts who comes back into permissions again that name people in place.
  const back = events.flatMap(({ type, op, ...event }) =>
    type === 'realm_user' && op === 'update' ? cameBack(event['person']) : [],
  )
  for (const known of [state, rest]) {
    dropNamed(known.realm, back)
    for (const { facts } of [...Object.values(known.channels), ...Object.values(known.groups)])
      dropNamed(facts, back)
  }
  // Who left a channel may have had newer messages of it than may be read now, or never got those sent just before.
  const left = events.some(
    ({ type, op }) => (type === 'subscription' && op === 'remove') || (type === 'stream' && op === 'delete'),
  )
  // A message that moved may have become the reader's without being told anew.
  const moved = events.some(({ type, ...event }) => type === 'update_message' && 'new_stream_id' in event)
  // One that opens may hold what came to the reader when it was open before.
  const opened = events.some(({ type, op }) => type === 'stream' && op === 'create')
  if (!left && !moved && !opened) expect(maxMessage).toBeLessThanOrEqual(state.maxMessage)
  if (!left && !moved && !deleted) expect(maxMessage).toBeGreaterThanOrEqual(state.maxMessage)
  expect(state).toEqual({ ...rest, direct, maxMessage: state.maxMessage })
}
