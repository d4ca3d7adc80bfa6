import {
  type Action,
  type ActionObjects,
  type Actor,
  channelAtoms,
  decide,
  messageAtoms,
} from '@parley/access'
import { explainAccess, type ExplainedAccess } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { readActor, readFullFrom, type Tx } from '@parley/db'
import { answer } from '@parley/kit'
import type { Context } from '../context.ts'
import { readChannelFacts } from '../facts/channel-facts.ts'
import { readDeleting } from '../facts/deleting.ts'

type Found = Pick<ExplainedAccess, 'facts' | 'decisions'>
const nothing: Found = { facts: null, decisions: [] }

export default answer<typeof explainAccess, Context>(explainAccess, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx) => {
    const { actor } = await readActor(tx, userId(input.user))
    if (!actor) return { user: null, ...nothing }
    const { role, isActive: active, isBot: bot, groups } = actor
    const full_from = (await readFullFrom(tx, actor.userId))?.toISOString() ?? null
    const user = { role, active, bot, groups: [...groups].sort((a, b) => a - b), full_from }
    const found =
      input.kind === 'channel'
        ? await ofChannel(tx, actor, input.id)
        : await ofMessage(tx, actor, input.id, Math.floor(ctx.clock.now() / 1000))
    return { user, ...found }
  }),
)

function decided<A extends Action>(
  action: A,
  actor: Actor,
  object: ActionObjects[A],
): ExplainedAccess['decisions'][number] {
  const decision = decide(action, actor, object)
  return decision.ok
    ? { action, verdict: 'allow', reason: null }
    : { action, verdict: decision.kind, reason: decision.reason }
}

async function ofChannel(tx: Tx, actor: Actor, id: number): Promise<Found> {
  const channel = await readChannelFacts(tx, actor, id)
  if (!channel) return nothing
  const change = {
    channel,
    kind: null,
    archived: null,
    byDefault: false,
    retention: false,
    topics: null,
    permissions: [],
  }
  const subject = { userId: actor.userId, botOwnerId: actor.botOwnerId, subscribed: channel.subscribed }
  // Where a bot may post goes by its owner too, who is asked for apart.
  const sending = { kind: 'channel', channel, ownerSubscribed: false, ownerGroups: new Set<never>() } as const
  return {
    facts: channelAtoms(actor, channel),
    decisions: [
      decided('channel:know', actor, channel),
      decided('channel:view', actor, channel),
      decided('channel:find', actor, channel),
      decided('channel:read', actor, channel),
      decided('channel:subscribe', actor, channel),
      decided('channel:unsubscribe', actor, { channel, subject }),
      decided('channel:add-subscribers', actor, channel),
      decided('channel:change', actor, change),
      decided('channel:delete-topic', actor, channel),
      ...(actor.isBot ? [] : [decided('message:send', actor, sending)]),
    ],
  }
}

async function ofMessage(tx: Tx, actor: Actor, id: number, now: number): Promise<Found> {
  const changing = await readDeleting(tx, actor, id, now)
  if (!changing) return nothing
  const { message } = changing
  return {
    facts: messageAtoms(actor, message),
    decisions: [
      decided('message:read', actor, message),
      decided('message:react', actor, message),
      decided('message:answer', actor, { message, authorOnly: false }),
      decided('message:change', actor, message),
      decided('message:edit', actor, changing),
      decided('message:move-topic', actor, { ...changing, resolves: false, target: null }),
      decided('message:delete', actor, changing),
    ],
  }
}
