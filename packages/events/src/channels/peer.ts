import { isGuestRole } from '@parley/access'
import { z } from 'zod'
import { event, type Viewer, type WireEvent } from '../event.ts'

const Peers = z.object({ channel_id: z.int(), user_ids: z.array(z.int()) })
const Within = Peers.extend({ guests_only: z.boolean() })

type Op = 'peer_add' | 'peer_remove'
const wireEvent = (op: Op, body: z.infer<typeof Peers>): WireEvent => ({
  type: 'subscription',
  op,
  stream_ids: [body.channel_id],
  user_ids: body.user_ids,
})
const variant = (viewer: Viewer): string => (isGuestRole(viewer.role) ? 'guest' : '')

/** Who comes back into use is in the lists again. */
const alsoBy = (op: Op): readonly 'auth'[] => (op === 'peer_add' ? ['auth'] : [])

/** The subscribers of a public channel changed; everybody but guests follows its list. */
const inOrganisation = (type: string, op: Op) =>
  event({
    type,
    emitter: 'streams',
    alsoBy: alsoBy(op),
    audience: 'organisation',
    body: Peers,
    wire: ['subscription'],
    variant,
    shape: (body, viewer) => (isGuestRole(viewer.role) ? null : wireEvent(op, body)),
  })

/**
 * The same for those who follow the list because they are in the channel: everybody in a private one (administrators
 * are named beside the subscribers), and the guests in a public one, whom the organisation-wide event leaves out.
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
    shape: (body, viewer) => (body.guests_only && !isGuestRole(viewer.role) ? null : wireEvent(op, body)),
  })

export const peerAdded = inOrganisation('peer.added', 'peer_add')
export const peerRemoved = inOrganisation('peer.removed', 'peer_remove')
export const peerAddedWithin = inChannel('peer.added-within', 'peer_add')
export const peerRemovedWithin = inChannel('peer.removed-within', 'peer_remove')
