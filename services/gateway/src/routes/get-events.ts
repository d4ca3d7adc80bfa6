import { getEvents } from '@parley/api'
import { unavailable } from '@parley/core'
import { stale } from '@parley/kit'
import type { Context } from '../context.ts'
import type { Exchange } from '../edge/exchange.ts'
import type { Rendered } from '../edge/render.ts'
import { badQueue } from '../live/catch-up.ts'
import { heartbeat } from '../live/frames.ts'
import { patience } from '../live/patience.ts'
import { type Outcome, Poll } from '../live/poll.ts'
import { type Asked, askedOf } from './own-operation.ts'
import { findServed, type Served } from './serve-queue.ts'

/** How often a poll begins again where the gateway may not answer. */
const attempts = 3

/** Waits for the events of a queue. */
export async function pollEvents(context: Context, exchange: Exchange): Promise<Rendered> {
  const asked = askedOf(getEvents, exchange)
  const { until, principal } = asked.caller
  const held = { credential: principal.credential, until }
  await gather(context, exchange, asked)
  for (let attempt = 1; ; attempt++) {
    const served = await findServed(context, exchange, asked.input, asked.caller.principal.user)
    const wait = patience(served.queue.spec.queueId)
    const poll = new Poll(served.queue, held, exchange.response, context.clock, wait)
    const outcome = await outcomeOf(context, exchange, served, poll, asked)
    // Looked at in the very turn in which the answer leaves.
    const again = (outcome.kind === 'end' && outcome.reason === 'resume') || !context.live.lease.valid()
    if (!again) return answer(context, served, poll, outcome, exchange, asked.ignored)
    if (attempt === attempts) throw unavailable()
  }
}

/** Lets more events come for a queue that was answered just now, where many poll. */
async function gather(
  { rhythm, stopping }: Context,
  { hangUp }: Exchange,
  { input, caller }: Asked<typeof getEvents>,
): Promise<void> {
  // Who hangs up meanwhile is looked at where the queue is served.
  if (!input.dont_block && !stopping() && !hangUp.gone)
    await rhythm.gathered(caller.principal.user, input.queue_id)
}

async function outcomeOf(
  { stopping }: Context,
  { hangUp }: Exchange,
  { organisation, after }: Served,
  poll: Poll,
  { input, caller }: Asked<typeof getEvents>,
): Promise<Outcome> {
  if (hangUp.gone) return { kind: 'end', reason: 'nothing' }
  hangUp.tell(() => {
    organisation.stop(poll)
    poll.end('nothing')
  })
  try {
    await organisation.serve(poll, after, caller.principal.generation)
    if (input.dont_block || stopping() || hangUp.gone) poll.end('nothing')
    return await poll.outcome
  } finally {
    hangUp.tell(null)
    organisation.stop(poll)
  }
}

function answer(
  { departures, rhythm }: Context,
  { organisation, queue }: Served,
  poll: Poll,
  outcome: Outcome,
  { response, hangUp }: Exchange,
  ignored: readonly string[],
): Rendered {
  const { queueId } = queue.spec
  if (outcome.kind === 'end' && outcome.reason === 'revoked') throw stale()
  if (outcome.kind === 'end' && outcome.reason === 'gone') throw badQueue(queueId)
  // Until the kernel has it all, a revocation can still take it back. Who hung up closes no more.
  if (!hangUp.gone) response.once('close', organisation.leaving(poll))
  if (departures && outcome.kind === 'events')
    response.once('finish', () => {
      departures.events(queueId, outcome.events)
    })
  if (outcome.kind === 'events') rhythm.answered(queue.spec.user, queueId)
  const events =
    outcome.kind === 'events' ? outcome.events : outcome.kind === 'beat' ? [heartbeat(outcome.head)] : []
  const extra = ignored.length > 0 ? `,"ignored_parameters_unsupported":${JSON.stringify(ignored)}` : ''
  const texts = events.map((e) => e.text).join(',')
  return {
    status: 200,
    headers: {},
    body: `{"result":"success","msg":"","events":[${texts}],"queue_id":"${queueId}"${extra}}`,
  }
}
