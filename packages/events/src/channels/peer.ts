import { isGuestRole } from '@parley/access'
import { z } from 'zod'
import { event, type Viewer, type WireEvent } from '../event.ts'

const Who = { channel_id: z.int(), user_ids: z.array(z.int()) }
const Peers = z.object({
  ...Who,
  /** Knows of the channel where it is private since; absent in logs of before it could become so. */
  creator_id: z.int().nullish(),
  /** It is web-public, so that guests follow its list as everybody does; absent in logs of before there were any. */
  to_guests: z.boolean().optional(),
  /** Only for clients that know no archived channels, and learn of this one anew. */
  to_old_clients: z.boolean().optional(),
})
const Within = Peers.extend({ guests_only: z.boolean() })

type Op = 'peer_add' | 'peer_remove'
const wireEvent = (op: Op, body: { channel_id: number; user_ids: number[] }): WireEvent => ({
  type: 'subscription',
  op,
  stream_ids: [body.channel_id],
  user_ids: body.user_ids,
})
const variant = ({ role, capabilities }: Viewer): string =>
  `${isGuestRole(role) ? 'guest' : ''} ${capabilities.archived_channels ? 'archived' : ''}`
const meant = (body: z.infer<typeof Peers>, viewer: Viewer): boolean =>
  !(body.to_old_clients && viewer.capabilities.archived_channels)

/** Who comes back into use is in the lists again, who is new in those of the channels for new accounts. */
const alsoBy = (op: Op): readonly 'auth'[] => (op === 'peer_add' ? ['auth'] : [])

/** The subscribers of a public channel changed; everybody but guests follows its list, and they too if it is web-public. */
const inOrganisation = (type: string, op: Op) =>
  event({
    type,
    emitter: 'streams',
    alsoBy: alsoBy(op),
    audience: 'organisation',
    body: Peers,
    wire: ['subscription'],
    about: (body) => ({ channel: body.channel_id, creator: body.creator_id ?? null }),
    variant,
    shape: (body, viewer) =>
      (isGuestRole(viewer.role) && !body.to_guests) || !meant(body, viewer) ? null : wireEvent(op, body),
  })

/**
 * The same for those who follow the list because they are in the channel: everybody in a private one (administrators
 * are named beside the subscribers), and the guests in a public one that is not web-public, whom the organisation-wide event leaves out.
 */
const inChannel = (type: string, op: Op) =>
  event({
    type,
    emitter: 'streams',
    alsoBy: alsoBy(op),
    audience: 'subscribers',
    body: Within,
    wire: ['subscription'],
    variant,
    shape: (body, viewer) =>
      (body.guests_only && !isGuestRole(viewer.role)) || !meant(body, viewer) ? null : wireEvent(op, body),
  })

/** The subscribers of a channel that has become public, for those who learn of it by that. */
export const peerShown = event({
  type: 'peer.shown',
  emitter: 'streams',
  audience: 'users',
  body: z.object({ ...Who, creator_id: z.int().nullable(), to_insiders: z.boolean() }),
  wire: ['subscription'],
  about: (body) => ({ channel: body.channel_id, creator: body.creator_id, unlessIn: body.to_insiders }),
  shape: (body) => wireEvent('peer_add', body),
})

export const peerAdded = inOrganisation('peer.added', 'peer_add')
export const peerRemoved = inOrganisation('peer.removed', 'peer_remove')
export const peerAddedWithin = inChannel('peer.added-within', 'peer_add')
export const peerRemovedWithin = inChannel('peer.removed-within', 'peer_remove')
