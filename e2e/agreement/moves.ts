import { decide } from '@parley/access'
import type { Seeded } from '@parley/testkit'
import { expect } from 'vitest'
import { type Facts, readFacts } from './facts.ts'
import type { Organisation, Someone } from './organisation.ts'

type Rows = Facts['rows']

/** May this person move the message to the channel? The published rules (permissions §1, §2 and §4), put down anew. */
function mayMove(
  facts: Facts,
  who: number,
  message: Rows['messages'][number],
  target: Rows['channels'][number],
): boolean {
  const { role, orgId, groups, realmGroups, isBot, botOwnerId } = facts.actor(who)
  const guest = role === 600
  const has = (group: number, guestsMay = false): boolean =>
    (guestsMay || !guest) && [...groups].some((one) => one === group)
  const from = facts.rows.channels.find(({ recipient }) => recipient === message.recipient)
  if (!from || message.org !== Number(orgId) || target.org !== Number(orgId)) return false
  if (from.archived || target.archived) return false
  const groupContent = ({ groups: of }: Rows['channels'][number]): boolean =>
    has(of.can_subscribe_group) || has(of.can_add_subscribers_group)
  const received = facts.within('received', message, who)
  const readable =
    (!from.private && !guest) ||
    ((facts.subscribed(from.id, who) || groupContent(from)) && (from.shared || received))
  const content =
    target.web || facts.subscribed(target.id, who) || (!guest && (!target.private || groupContent(target)))
  const out =
    has(realmGroups.can_move_messages_between_channels_group) ||
    role <= 200 ||
    has(from.groups.can_administer_channel_group) ||
    has(from.groups.can_move_messages_out_of_channel_group)
  const topicThere = facts.rows.messages.some(
    ({ recipient, topic }) =>
      recipient === target.recipient && topic.toLowerCase() === message.topic.toLowerCase(),
  )
  const begins = has(target.groups.can_create_topic_group, true)
  const owner = botOwnerId === null || !isBot ? null : facts.actor(botOwnerId)
  const ownerBegins = [...(owner?.groups ?? [])].some((one) => one === target.groups.can_create_topic_group)
  const posts = has(target.groups.can_send_message_group, true)
  return readable && content && out && posts && (topicThere || begins || ownerBegins)
}

/**
 * Lets people of an organisation try to move messages to other channels, and holds what comes of it against the rules.
 * @returns how many were let, and how many not
 */
export async function tryMoves(
  active: readonly Someone[],
  organisations: readonly Organisation[],
  random: Seeded,
  tries: number,
): Promise<{ readonly done: number; readonly refused: number }> {
  const result = { done: 0, refused: 0 }
  let facts = await readFacts(...organisations)
  for (let n = 0; n < tries; n++) {
    const who = active[random.below(active.length)]
    const message = facts.rows.messages[random.below(Math.max(1, facts.rows.messages.length))]
    const target = facts.rows.channels[random.below(facts.rows.channels.length)]
    if (!who || !message || !target || target.recipient === message.recipient) continue
    const may = mayMove(facts, who.id, message, target)
    const { status } = await who.client.patch(`/messages/${message.id}`, { stream_id: target.id })
    expect({ may, status }).toEqual({ may, status: may ? 200 : 400 })
    if (!may) {
      result.refused++
      continue
    }
    result.done++
    const before = facts
    facts = await readFacts(...organisations)
    const now = facts.rows.messages.find(({ id }) => id === message.id)
    expect(now?.recipient).toBe(target.recipient)
    for (const { id, client } of active) {
      const reads =
        now !== undefined && decide('message:read', facts.actor(id), facts.message(now, facts.actor(id))).ok
      expect((await client.get(`/messages/${message.id}`)).status).toBe(reads ? 200 : 400)
      // Where history is kept from who was not there, a move gives nothing to whom it never came to.
      const gained =
        now !== undefined && facts.within('received', now, id) && !before.within('received', message, id)
      expect(gained && target.private && !target.shared).toBe(false)
    }
  }
  return result
}
