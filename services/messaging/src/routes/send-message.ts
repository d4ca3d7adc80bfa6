import { sendMessage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { type Guard, route } from '@parley/kit'
import { begin, mustBegin, standingRights } from '../begin-conversation.ts'
import { compose } from '../compose.ts'
import type { Context } from '../context.ts'
import { findTarget, foundTarget } from '../facts/target.ts'
import { followCommitted } from '../follow-topic.ts'
import { readAtBirth } from '../rules/read-at-birth.ts'
import { noSuchChannel, parseRecipient } from '../rules/recipient.ts'
import { sendKey } from '../rules/send-key.ts'
import { writeComposed } from '../write-composed.ts'

const guard: Guard<typeof sendMessage, Context, Tx> = {
  async object({ input, actor, ctx }) {
    const target = await findTarget(ctx.facts, actor, parseRecipient(input.type, input.to))
    ctx.targets.set(target.object, target)
    return target.object
  },
  hidden({ type, to }) {
    const named = parseRecipient(type, to)
    return named.kind === 'channel' ? noSuchChannel(named) : badRequest('Message must have recipients')
  },
}

export default route(sendMessage, guard, async ({ input, granted, request, ctx, signal }) => {
  const target = foundTarget(ctx.targets, granted.object)
  const { topic, queue_id: queueId, local_id: localId } = input
  const words = { topic, content: input.content, url: request.url }
  const composed = await compose(ctx, granted, target, words, signal)
  const { userId } = granted.actor
  const given = { idempotencyKey: request.idempotencyKey, queueId, localId }
  const sending = {
    key: sendKey(userId, given, ctx.ids),
    client: request.client,
    timestamp: Math.floor(ctx.clock.now() / 1000),
    senderRead: readAtBirth(request.client, input.read_by_sender),
    queueId: queueId ?? null,
    localId: localId ?? null,
  }
  if (await mustBegin(ctx.database, granted, target))
    await begin(ctx, granted, (tx) => standingRights(tx, ctx.facts, granted, target), signal)
  const { id, repeat } = await writeComposed(ctx, granted, target, composed, sending)
  // Who ended following since does not follow again for a message that is an old one.
  if (repeat) return { id }
  const sent = { topic: composed.topic, id, mentioned: composed.rendered.mentions.users }
  const policy = await followCommitted(ctx, granted, target.found.facts, sent, signal)
  return policy === null ? { id } : { id, automatic_new_visibility_policy: policy }
})
