import { isGuest } from '@parley/access'
import {
  authSnapshot,
  featureLevel,
  messagingSnapshot,
  register,
  type SnapshotRequest,
  streamsSnapshot,
  uploadsSnapshot,
  zulipMergeBase,
  zulipVersion,
} from '@parley/api'
import { badRequest } from '@parley/core'
import { owned } from '@parley/kit'
import type { Context } from '../context.ts'
import type { Exchange } from '../edge/exchange.ts'
import { type Rendered, renderJson } from '../edge/render.ts'
import { compileNarrow } from '../live/narrow.ts'
import type { QueueSpec } from '../live/queue.ts'
import { insertQueue } from '../repo/queues.ts'
import { exportSnapshot } from '../repo/snapshot.ts'
import { stirring } from '../repo/stirring.ts'
import { type Asked, askedOf, grantedIn, orgOf } from './own-operation.ts'
import { registerSpectator } from './register-spectator.ts'

const defaultLifespan = 600
/** Events are kept no longer. */
const longestLifespan = 86_400
const parts = [authSnapshot, streamsSnapshot, messagingSnapshot, uploadsSnapshot] as const

/**
 * Makes a queue and answers with a snapshot: all services read at the instant that this transaction exports, so the
 * queue begins exactly where the snapshot ends.
 */
export async function registerQueue(context: Context, exchange: Exchange): Promise<Rendered> {
  if (!exchange.caller) return registerSpectator(context, exchange)
  const asked = askedOf(register, exchange)
  const org = orgOf(exchange)
  const spec = specOf(asked, exchange, context.ids.uuid())
  const { granted, start, vantage, state } = await context.database.read(org, async (tx) => {
    const granted = await grantedIn(tx, asked.caller)
    if (asked.input.all_public_streams && isGuest(granted.actor))
      throw badRequest('User not authorized for this query')
    const { seq, vantage, snapshot } = await exportSnapshot(tx, granted)
    const request = snapshotRequest(asked, exchange, snapshot)
    const options = { signal: exchange.hangUp.signal, requestId: exchange.requestId }
    const answers = await stirring(tx, () =>
      Promise.all(parts.map((part) => context.link.callForJson(part, request, options))),
    )
    return { granted, start: seq, vantage, state: answers }
  })
  const whole = { ...spec, start, vantage }
  await context.database.write(org, (tx) => insertQueue(tx, granted, whole))
  const own = {
    queue_id: whole.queueId,
    last_event_id: start,
    zulip_version: zulipVersion,
    zulip_feature_level: featureLevel,
    zulip_merge_base: zulipMergeBase,
  }
  return renderJson([...state, owned(Buffer.from(JSON.stringify(own)))], asked.ignored)
}

function specOf({ input, caller }: Asked<typeof register>, { facts }: Exchange, queueId: string): QueueSpec {
  const narrow = input.narrow.map((term) => ({ ...term, negated: term.negated ?? false }))
  // Refused now, not at the first event.
  compileNarrow(narrow)
  const wanted = input.queue_lifespan_secs ?? 0
  return {
    queueId,
    org: facts.org,
    user: caller.principal.user,
    start: 0,
    vantage: 1,
    eventTypes: input.event_types ?? null,
    narrow,
    allPublicStreams: input.all_public_streams || reachesOut(narrow, input.event_types),
    capabilities: input.client_capabilities,
    applyMarkdown: input.apply_markdown,
    slimPresence: input.slim_presence,
    lifespan: wanted === 0 ? defaultLifespan : Math.min(wanted, longestLifespan),
  }
}

/**
 * Does a queue for messages alone ask by its narrow for what is said in public channels, whether its user is in them or not
 * (permissions §2)? Not where it asks for what came to them, or for direct messages.
 */
const reachesOut = (narrow: QueueSpec['narrow'], types: readonly string[] | null | undefined): boolean =>
  narrow.length > 0 &&
  (types?.length ?? 0) > 0 &&
  types?.every((type) => type === 'message') === true &&
  !narrow.some(
    ({ operator, operand }) => ownOperators.has(operator) || (operator === 'is' && operand !== 'resolved'),
  )

const ownOperators: ReadonlySet<string> = new Set(['dm', 'pm-with', 'dm-including', 'group-pm-with'])

function snapshotRequest(
  { input, caller }: Asked<typeof register>,
  { facts }: Exchange,
  snapshot: string,
): SnapshotRequest {
  const subscribers = input.include_subscribers
  return {
    snapshot,
    org: facts.org,
    user: caller.principal.user,
    types: input.fetch_event_types ?? input.event_types ?? null,
    capabilities: input.client_capabilities,
    includeSubscribers: subscribers !== 'false' && subscribers !== '"false"',
    slimPresence: input.slim_presence,
    url: facts.url,
  }
}
