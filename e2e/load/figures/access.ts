import { type Actor, decide, defaultChannelGroups, defaultRealmGroups, systemGroupsOf } from '@parley/access'
import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import { openDatabase } from '../audience.ts'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { head, openLoop } from '../closed-loop.ts'
import { addCrowd, type Member } from '../crowd.ts'
import { atMost, type Measured, median } from '../figure.ts'
import { inTurn } from '../rounds.ts'
import { costTable } from '../tables.ts'

const [people, channels] = [10_000, 5_000]
const decisions = 200_000
const times = 5

/** What a decision costs in memory, and what the list of all channels costs somebody of a large organisation. */
export async function access(bench: Bench): Promise<Measured> {
  bench.progress('deciding')
  const decided = decisionCosts()
  await using measuree = await startMeasuree(bench)
  bench.progress(`filling an organisation of ${people} people and ${channels} channels`)
  const member = await fill(measuree)
  const { scene, ca, port, roots } = measuree
  const { host, hostname } = new URL(scene.org.url)
  const authorization = `Basic ${Buffer.from(`${member.email}:${member.apiKey}`).toString('base64')}`
  const loop = (path: string) => {
    const bytes = head('GET', path, host, { authorization })
    // One after the other: what one answer takes where nobody else waits.
    return openLoop({ port, ca, servername: hostname, connections: 1, request: () => bytes })
  }
  using subscribed = loop('/api/v1/users/me/subscriptions')
  using known = loop('/api/v1/streams')
  bench.progress('measuring lists')
  const cost = await inTurn({ known: { loop: known, roots }, subscribed: { loop: subscribed, roots } })
  if (cost.known.failed + cost.subscribed.failed > 0) throw new Error('a list was refused')
  return {
    figures: [
      ...Object.entries(decided).map(([what, us]) => atMost(`access.${what}`, us, 'µs CPU per decision', 5)),
      atMost('access.channels', cost.known.p50, 'ms until the answer', 30),
    ],
    tables: [
      costTable(`Lists of channels, ${people} people, ${channels} channels, one request at a time`, {
        '`GET /streams`, every channel one may know of': cost.known,
        '`GET /users/me/subscriptions`, every tenth of them': cost.subscribed,
      }),
    ],
  }
}

/** Microseconds of CPU, medians. */
function decisionCosts(): Readonly<Record<'channel' | 'message' | 'send', number>> {
  const groups = new Set([...systemGroupsOf(400), ...Array.from({ length: 20 }, (_, i) => groupId(101 + i))])
  const actor: Actor = {
    orgId: orgId(1),
    userId: userId(7),
    role: 400,
    isActive: true,
    isBot: false,
    botOwnerId: null,
    generation: 1,
    groups,
    realmGroups: defaultRealmGroups,
  }
  const channel = {
    orgId: orgId(1),
    channelId: channelId(1),
    recipientId: recipientId(1),
    inviteOnly: true,
    historyPublicToSubscribers: true,
    isWebPublic: false,
    archived: false,
    subscribed: false,
    groups: {
      ...defaultChannelGroups,
      can_subscribe_group: groupId(120),
      can_send_message_group: groupId(120),
    },
  }
  const message = { orgId: orgId(1), messageId: messageId(1), senderId: userId(8), channel, received: false }
  const target = { kind: 'channel', channel, ownerSubscribed: false, ownerGroups: new Set<never>() } as const
  return {
    channel: costOf(() => decide('channel:read', actor, channel).ok),
    message: costOf(() => decide('message:read', actor, message).ok),
    send: costOf(() => decide('message:send', actor, target).ok),
  }
}

function costOf(decision: () => boolean): number {
  const once = (): number => {
    const before = process.cpuUsage()
    let allowed = 0
    for (let i = 0; i < decisions; i++) if (decision()) allowed++
    const { user, system } = process.cpuUsage(before)
    if (allowed !== decisions) throw new Error('the decision is another')
    return (user + system) / decisions
  }
  once()
  return median(Array.from({ length: times }, once))
}

/** Written past the product, before it has looked. @returns somebody who is in every tenth channel */
async function fill(measuree: Measuree): Promise<Member> {
  await using database = await openDatabase(measuree)
  const org = measuree.scene.org.org_id
  const members = await addCrowd(database, { org, channel: null, size: people, name: 'crowd' })
  const [member] = members
  if (!member) throw new Error('nobody is there')
  await database.query(
    `WITH made AS (
       INSERT INTO messaging.recipients (org_id, channel_id)
       SELECT $1, nextval('streams.channel_ids')::int FROM generate_series(1, $2::int)
       RETURNING recipient_id, channel_id)
     INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
       history_public_to_subscribers, created_at)
     SELECT $1, channel_id, recipient_id, 'channel ' || channel_id, 'channel ' || channel_id,
       channel_id % 2 = 0, true, now() FROM made`,
    [org, channels],
  )
  // Twenty in each, drawn by number so that they are spread.
  await database.query(
    `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
     SELECT $1, c.channel_id, $2::int + (c.channel_id * 37 + n * 499) % $3::int, '#76ce90', now()
     FROM streams.channels c CROSS JOIN generate_series(1, 20) AS n WHERE c.org_id = $1
     ON CONFLICT DO NOTHING`,
    [org, member.id, people],
  )
  await database.query(
    `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
     SELECT $1, c.channel_id, $2, '#76ce90', now() FROM streams.channels c WHERE c.org_id = $1 AND c.channel_id % 10 = 0
     ON CONFLICT DO NOTHING`,
    [org, member.id],
  )
  await database.query('ANALYZE auth.users, streams.channels, streams.subscriptions, messaging.recipients')
  return member
}
