import { z } from 'zod'
import { type Change, type Kinds, letters, type Play } from './play.ts'

const mostBots = 20

const makeBot: Change = async ({ bots, random }, who) => {
  if (bots.length >= mostBots) return null
  const name = letters(random.below(600))
  const short_name = `${name}${bots.length}`
  const answer = await who.post('/bots', {
    full_name: `Bot ${name}`,
    short_name,
    bot_type: random.pick([1, 2]),
  })
  if (answer.status === 200) bots.push(z.int().parse(answer.body['user_id']))
  return answer
}

const oneBot = ({ random, bots }: Play): number => bots[random.below(Math.max(1, bots.length))] ?? 0

/** By who may, or by anybody, who is mostly told that there is none. */
const changeBot: Change = async (play, who) => {
  const { random, owner, staying, leaving } = play
  const to = random.pick([...staying, ...leaving]).id
  const change = random.pick<Record<string, unknown>>([
    { full_name: `Bot ${letters(random.below(600))}` },
    { role: random.pick([200, 400, 600]) },
    { bot_owner_id: to },
    { bot_owner_id: to },
  ])
  return random.pick([owner, owner, who]).patch(`/bots/${oneBot(play)}`, change)
}

const endBot: Change = async (play, who) =>
  play.random.pick([play.owner, who]).delete(`/bots/${oneBot(play)}`)

const bringBotBack: Change = async (play) => play.owner.post(`/users/${oneBot(play)}/reactivate`)

export const ofBots: Kinds = {
  'make a bot': [2, makeBot],
  'change a bot': [2, changeBot],
  'end a bot': [1, endBot],
  'bring a bot back': [1, bringBotBack],
}
