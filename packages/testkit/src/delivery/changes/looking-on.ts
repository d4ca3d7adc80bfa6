import { z } from 'zod'
import { type Change, channels, type Kinds, type Member, type Play, topics } from './play.ts'

const Sent = z.object({ id: z.int() })

const oneBot = ({ random, lookingOn = [] }: Play): Member | undefined =>
  lookingOn[random.below(Math.max(1, lookingOn.length))]

/** In a channel that is open, if anybody may still open it; where the bot is not there, it has this one message of it. */
const mention: Change = async (play) => {
  const bot = oneBot(play)
  if (!bot) return null
  const { random, owner, sent, inChannels } = play
  const to = random.pick(['Open', 'Late'])
  await owner.post('/users/me/subscriptions', { subscriptions: [{ name: to }] })
  const content = `look @**|${bot.id}**`
  const answer = await owner.post('/messages', { type: 'channel', to, topic: random.pick(topics), content })
  const { data } = Sent.safeParse(answer.body)
  if (data) {
    sent.push(data.id)
    inChannels.push(data.id)
  }
  return answer
}

/** It goes more often than it comes, so that most of what it hears is what mentions it. */
const comeOrGo: Change = async (play) => {
  const bot = oneBot(play)
  if (!bot) return null
  const name = play.random.pick(channels)
  const principals = [bot.id]
  return play.random.below(3) === 0
    ? play.owner.post('/users/me/subscriptions', { subscriptions: [{ name }], principals })
    : play.owner.delete('/users/me/subscriptions', { subscriptions: [name], principals })
}

const mark: Change = async (play) => {
  const { random, inChannels } = play
  const message = inChannels.at(-1 - random.below(Math.max(1, Math.min(8, inChannels.length))))
  const bot = oneBot(play)
  if (!bot || message === undefined) return null
  return bot.post('/messages/flags', {
    messages: [message],
    op: random.pick(['add', 'add', 'remove']),
    flag: random.pick(['read', 'starred']),
  })
}

/** What is done to bots that look on, and by them. */
export const ofLookingOn: Kinds = {
  'mention a bot that looks on': [8, mention],
  'let a bot that looks on come or go': [3, comeOrGo],
  'let a bot that looks on mark a message': [3, mark],
}
