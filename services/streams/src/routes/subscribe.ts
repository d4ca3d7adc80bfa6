import { type Actor, authorize, type ChannelGroups, decide, type Granted } from '@parley/access'
import { type Input, type Output, subscribe } from '@parley/api'
import { badRequest, channelId, recipientId, type Rights } from '@parley/core'
import { channelGroupsOf, readActor, type Tx } from '@parley/db'
import { append, hold, type NewEvent } from '@parley/events'
import { type Handling, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsByName } from '../facts/channel-facts.ts'
import { findOverseers, findPeople } from '../facts/people.ts'
import { takeTurn } from '../facts/turn.ts'
import { channelObject } from '../present/channel-object.ts'
import { renderDescription } from '../present/description.ts'
import { settingsObject } from '../present/subscription-object.ts'
import { channelOf, insertChannel, type Made, readChannel } from '../repo/channels.ts'
import { writeChannelGroups } from '../repo/channel-groups.ts'
import { startReceiving } from '../repo/received.ts'
import { readSubscribers, startSubscriptions } from '../repo/subscriptions.ts'
import { channelKind } from '../rules/channel-kind.ts'
import { defaultColor } from '../rules/color.ts'
import { creationEvents, joinedEvents } from '../rules/membership-events.ts'
import { subscribePlan } from '../rules/subscribe-plan.ts'
import { refuseUnsupported } from '../rules/supported.ts'
import { refuseTooMany } from '../rules/too-many.ts'
import { noAccess, nameTaken } from '../rules/unknown-channel.ts'
import { type WantedChannel, wantedChannels } from '../rules/wanted-channels.ts'

type Handled = Handling<typeof subscribe, Context, Tx>

/** A channel that people come into, and by which proof. */
interface Target {
  readonly wanted: WantedChannel
  readonly proof: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made
}

/** What came of it: the channel's name as it is spelt, and who was not in it before. */
interface Joining {
  readonly proof: Target['proof']
  readonly name: string
  readonly newcomers: readonly number[]
  readonly events: readonly NewEvent[]
}

export default route<typeof subscribe, Context, Tx>(subscribe, async (handled) => {
  const { input, tx, principal } = handled
  const wanted = wantedChannels(input.subscriptions)
  refuseTooMany(wanted.length, input.principals?.length ?? 1)
  const { actor, rights } = await takeTurn(tx, principal, handled)
  refuseUnsupported(input, actor)
  const people = await findPeople(tx, input.principals?.length ? input.principals : [actor.userId])
  if (!people) throw badRequest('No such user')

  const facts = await channelFactsByName(
    tx,
    actor,
    wanted.map((channel) => channel.name),
  )
  const others = people.some((person) => person.userId !== actor.userId)
  const plan = subscribePlan(wanted, facts, actor, rights, others)
  const [refused] = plan.unauthorized
  if (refused !== undefined && input.authorization_errors_fatal) throw noAccess(refused)

  const targets: Target[] = [...plan.open]
  if (plan.absent.length > 0) {
    const granted = creationGrant(input, actor, rights)
    const groups = await writeChannelGroups(tx, granted, input)
    if (others && !(await mayAdd(tx, granted, groups))) throw badRequest('Insufficient permission')
    for (const channel of plan.absent)
      targets.push({ wanted: channel, proof: await create(handled, granted, channel, groups) })
  }
  const joinings: Joining[] = []
  for (const target of targets) joinings.push(await join(handled, target, people))
  const events = joinings.flatMap((joining) => joining.events)
  if (events.length > 0) {
    await hold(tx, rights)
    for (const { proof, newcomers } of joinings) await startReceiving(tx, proof, newcomers)
    await append(tx, rights, events)
  }
  return answerOf(joinings, people, plan.unauthorized, input)
})

function creationGrant(
  input: Input<typeof subscribe>,
  actor: Actor,
  rights: Rights,
): Granted<'channel:create'> {
  const kind = channelKind({
    inviteOnly: input.invite_only,
    isWebPublic: input.is_web_public,
    historyPublicToSubscribers: input.history_public_to_subscribers,
  })
  if (!kind) throw badRequest('Private channels cannot be web-public.')
  const verdict = authorize('channel:create', actor, kind, rights)
  if (verdict.ok) return verdict.granted
  throw badRequest(
    verdict.reason === 'web-public-disabled'
      ? 'Web-public channels are not enabled.'
      : 'Insufficient permission',
  )
}

/** May its maker bring others into a channel that they are about to make? They are in its new groups by now. */
async function mayAdd(
  tx: Tx,
  { actor: { userId }, object }: Granted<'channel:create'>,
  groups: ChannelGroups,
): Promise<boolean> {
  const { actor } = await readActor(tx, userId)
  if (!actor) return false
  const channel = {
    ...object,
    orgId: actor.orgId,
    // No rule looks at them.
    channelId: channelId(0),
    recipientId: recipientId(0),
    archived: false,
    // What will be said there is the maker's to read.
    subscribed: true,
    groups,
  }
  return decide('channel:add-subscribers', actor, channel).ok
}

async function create(
  { tx, request, ctx }: Handled,
  granted: Granted<'channel:create'>,
  { name, description }: WantedChannel,
  groups: ChannelGroups,
): Promise<Made> {
  const renderedDescription = renderDescription(description, request.url)
  const createdAt = ctx.clock.now()
  const made = await insertChannel(tx, granted, {
    name,
    description,
    renderedDescription,
    createdAt,
    groups,
  })
  if (!made) throw nameTaken(name)
  return made
}

async function join(
  { tx, ctx, actor }: Handled,
  { wanted, proof }: Target,
  people: readonly Actor[],
): Promise<Joining> {
  const now = ctx.clock.now()
  const started = await startSubscriptions(
    tx,
    proof,
    people.map((person) => person.userId),
    { color: wanted.color ?? defaultColor(channelOf(proof)), recolor: wanted.color !== null, at: now },
  )
  const row = await readChannel(tx, proof)
  const channel = channelObject(row, now)
  const groups = channelGroupsOf(row)
  const settings = new Map(started.map((row) => [row.user_id, settingsObject(row)]))
  const joined = people.flatMap((person) => {
    const own = settings.get(person.userId)
    return own ? [{ person, settings: own }] : []
  })
  const isNew = proof.action === 'channel:made'
  const changing = {
    channel,
    groups,
    isNew,
    by: actor.userId,
    subscribers: await readSubscribers(tx, proof),
    overseers: channel.invite_only ? await findOverseers(tx, groups) : [],
  }
  return {
    proof,
    name: channel.name,
    newcomers: started.map((row) => row.user_id),
    events: [...(isNew ? creationEvents(changing, joined) : []), ...joinedEvents(changing, joined)],
  }
}

/** Names of channels by user id, for those who came in and for those who were in already. */
function answerOf(
  joinings: readonly Joining[],
  people: readonly Actor[],
  unauthorized: readonly string[],
  input: Input<typeof subscribe>,
): Output<typeof subscribe> {
  const names = (of: (joining: Joining, id: number) => boolean): Record<string, string[]> =>
    Object.fromEntries(
      people
        .map(
          ({ userId }) =>
            [
              String(userId),
              joinings.filter((joining) => of(joining, userId)).map((joining) => joining.name),
            ] as const,
        )
        .filter(([, list]) => list.length > 0),
    )
  return {
    subscribed: names((joining, id) => joining.newcomers.includes(id)),
    already_subscribed: names((joining, id) => !joining.newcomers.includes(id)),
    ...(input.authorization_errors_fatal ? {} : { unauthorized: [...unauthorized] }),
    // Nobody sends such messages yet.
    new_subscription_messages_sent: false,
  }
}
