import { z } from 'zod'
import type { Answer } from '../../api-client.ts'
import { type Change, channels, type Kinds, type Member, type Play, topics } from './play.ts'

const poll = '/poll Tea?\ngreen'

/** One of the newest, for older ones are often gone. */
const recent = ({ random }: Play, ids: readonly number[]): number | null =>
  ids.at(-1 - random.below(Math.min(5, ids.length))) ?? null

const send = async (play: Play, who: Member, fields: Record<string, unknown>): Promise<Answer> => {
  const answer = await who.post('/messages', fields)
  if (answer.status !== 200) return answer
  const id = z.int().parse(answer.body['id'])
  play.sent.push(id)
  if (fields['type'] === 'channel') play.inChannels.push(id)
  if (fields['content'] === poll) play.polls.push(id)
  return answer
}

const mention = ({ random, anybody, lookingOn = [] }: Play): string =>
  random.pick([
    '',
    '@**all**',
    '@**topic**',
    `@**|${anybody().id}**`,
    ...lookingOn.map(({ id }) => `@**|${id}**`),
  ])

const sendToChannel: Change = (play, who) =>
  send(play, who, {
    type: 'channel',
    to: play.random.pick(channels),
    topic: play.random.pick(topics),
    content: play.random.below(5) === 0 ? poll : `hello ${mention(play)}`,
  })

const sendDirect: Change = (play, who) => {
  const others = [play.anybody().id, play.anybody().id].slice(play.random.below(2))
  return send(play, who, { type: 'direct', to: others, content: `between us ${mention(play)}` })
}

const flag: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  return who.post('/messages/flags', {
    messages: [sent[random.below(sent.length)], sent[random.below(sent.length)]],
    op: random.pick(['add', 'add', 'remove']),
    flag: random.pick(['read', 'starred', 'collapsed']),
  })
}

const react: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  const path = `/messages/${sent[random.below(sent.length)]}/reactions`
  const emoji = { emoji_name: random.pick(['tada', 'smile', 'ours-a']) }
  return random.below(3) === 0 ? who.delete(path, emoji) : who.post(path, emoji)
}

/** What is added to a poll: half the time to one's own, for others are edited, deleted or out of sight before long. */
const answer: Change = async (play, who) => {
  if (play.random.below(2) === 0)
    await send(play, who, {
      type: 'channel',
      to: play.random.pick(channels),
      topic: play.random.pick(topics),
      content: poll,
    })
  const message_id = recent(play, play.polls)
  if (message_id === null) return null
  const vote = { type: 'vote', key: 'canned,0', vote: play.random.pick([1, -1]) }
  return who.post('/submessage', { message_id, msg_type: 'widget', content: JSON.stringify(vote) })
}

/** Nothing changes by it; it only passes. */
const tellOfTyping: Change = ({ random, anybody }, who) =>
  who.post('/typing', { op: random.pick(['start', 'stop']), to: [anybody().id] })

const edit: Change = async (play, who) => {
  const { random, sent } = play
  if (sent.length === 0) return null
  // Mostly one's own, which are few: the newest of all are tried first.
  const id = sent.at(-1 - random.below(Math.min(4, sent.length)))
  return who.patch(`/messages/${id}`, { content: `edited ${mention(play)}` })
}

const moveTopic: Change = async (play, who) => {
  const { random } = play
  const id = recent(play, play.inChannels)
  if (id === null) return null
  return who.patch(`/messages/${id}`, {
    topic: random.pick([...topics, '✔ Tea', '✔ Cake']),
    propagate_mode: random.pick(['change_one', 'change_later', 'change_all']),
  })
}

const Own = z.array(z.object({ stream_id: z.int(), invite_only: z.boolean() }))
/** A private channel that the owner is in. */
const closedOf = async ({ owner }: Play): Promise<number | undefined> => {
  const found = await owner.get('/users/me/subscriptions')
  return Own.parse(found.body['subscriptions']).find(({ invite_only }) => invite_only)?.stream_id
}

/** One's own, for others are edited, deleted or out of sight before long. */
const report: Change = async (play, who) => {
  const { random, owner } = play
  const made = { name: `Moderation ${random.below(1000)}`, subscribers: [owner.id], invite_only: true }
  if ((await closedOf(play)) === undefined) await owner.post('/channels/create', made)
  const moderation_request_channel_id = await closedOf(play)
  if (moderation_request_channel_id === undefined) return null
  await owner.patch('/realm', { moderation_request_channel_id })
  const sent = await sendDirect(play, who)
  const id = z.int().safeParse(sent?.body['id'])
  if (!id.success) return null
  return who.post(`/messages/${id.data}/report`, { report_type: 'norms', description: mention(play) })
}

/** Back and forth between the channels of whoever moves, mostly the owner, who may do most. */
const moveToChannel: Change = async (play, who) => {
  const { random, owner } = play
  const id = recent(play, play.inChannels)
  const mover = random.below(4) === 0 ? who : owner
  const found = await mover.get('/users/me/subscriptions')
  const [first, ...others] = z.array(z.object({ stream_id: z.int() })).parse(found.body['subscriptions'])
  if (id === null || first === undefined) return null
  return mover.patch(`/messages/${id}`, {
    stream_id: random.pick([first, ...others]).stream_id,
    propagate_mode: random.pick(['change_one', 'change_later', 'change_all']),
    ...(random.below(2) === 0 ? { topic: random.pick(topics) } : {}),
  })
}

const deleteMessage: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  return who.delete(`/messages/${sent[random.below(sent.length)]}`)
}

const deleteTopic: Change = async ({ random, owner }) => {
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  if (found.status !== 200) return null
  const topic = random.pick(topics)
  return owner.post(`/streams/${String(found.body['stream_id'])}/delete_topic`, { topic_name: topic })
}

const markRead: Change = async ({ random, owner }, who) => {
  if (random.below(3) === 0) return who.post('/mark_all_as_read')
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  const stream_id = found.body['stream_id']
  if (found.status !== 200 || random.below(2) === 0)
    return who.post('/messages/flags/narrow', {
      anchor: 'newest',
      num_before: 5,
      num_after: 0,
      narrow: random.pick([[['is', 'dm']], [['is', 'unread']], []]),
      op: random.pick(['add', 'remove']),
      flag: random.pick(['read', 'starred']),
    })
  return who.post('/mark_stream_as_read', { stream_id })
}

export const ofMessages: Kinds = {
  'send to a channel': [6, sendToChannel],
  'send directly': [4, sendDirect],
  flag: [6, flag],
  react: [3, react],
  'answer a poll': [2, answer],
  'tell of typing': [2, tellOfTyping],
  edit: [4, edit],
  'move within a channel': [3, moveTopic],
  'report a message': [2, report],
  'move to another channel': [2, moveToChannel],
  'delete a message': [2, deleteMessage],
  'delete a topic': [1, deleteTopic],
  'mark many as read': [2, markRead],
}
