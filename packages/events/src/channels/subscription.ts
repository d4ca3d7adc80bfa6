import { SubscriptionObject } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Who = { channel_id: z.int(), user_ids: z.array(z.int()) }

/** People came into a channel; they get it with their settings. All people of one event have the same settings. */
export const subscriptionAdded = event({
  type: 'subscription.added',
  emitter: 'streams',
  audience: 'users',
  changesRights: true,
  concerns: (body) => body.channel_id,
  body: z.object({
    ...Who,
    subscription: SubscriptionObject.required({ subscribers: true }),
    /** They were in it: only clients that know no archived channels learn of it anew. */
    to_old_clients: z.boolean().optional(),
  }),
  wire: ['subscription'],
  variant: (viewer) => (viewer.capabilities.archived_channels ? 'archived' : ''),
  shape: (body, viewer) =>
    body.to_old_clients && viewer.capabilities.archived_channels
      ? null
      : { type: 'subscription', op: 'add', subscriptions: [body.subscription] },
})

/**
 * People left a channel or were taken out of it. Gateways drop them from the channel's members. It names the channel
 * for those who may not know of it any longer: who came and went between two polls does not learn its name now.
 */
export const subscriptionRemoved = event({
  type: 'subscription.removed',
  emitter: 'streams',
  audience: 'leavers',
  changesRights: true,
  concerns: (body) => body.channel_id,
  revokes: true,
  body: z.object({
    ...Who,
    name: z.string(),
    /** Of a channel that they still know, being public; absent where they do not. */
    known: z.object({ creator_id: z.int().nullable() }).optional(),
  }),
  wire: ['subscription'],
  about: ({ channel_id: channel, known }) => (known ? { channel, creator: known.creator_id } : null),
  shape: (body) => ({
    type: 'subscription',
    op: 'remove',
    subscriptions: [{ stream_id: body.channel_id, name: body.name }],
  }),
})

/**
 * The audited side of people coming into a channel, named as its users too. It stands before what they are told:
 * gateways add them to the channel's members by it. New accounts come into channels as they are made.
 */
export const membershipGranted = event({
  type: 'membership.granted',
  emitter: 'streams',
  alsoBy: ['auth'],
  audience: 'nobody',
  changesRights: true,
  concerns: (body) => body.channel_id,
  audited: true,
  /** `by`: null for the operator, who makes accounts. */
  body: z.object({ ...Who, by: z.int().nullable() }),
})

/** The audited side of people leaving a channel. */
export const membershipEnded = event({
  type: 'membership.ended',
  emitter: 'streams',
  audience: 'nobody',
  audited: true,
  body: z.object({ ...Who, by: z.int() }),
})
