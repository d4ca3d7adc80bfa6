import { z } from 'zod'
import { smallPicture } from '../../small-picture.ts'
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

const oneBot = ({ random, bots }: Play): number | undefined => bots[random.below(Math.max(1, bots.length))]

/** Mostly by who may; anybody else is told that there is none. */
const changeBot: Change = async (play, who) => {
  const bot = oneBot(play)
  if (bot === undefined) return null
  const { random, owner, staying } = play
  const [, ...others] = staying
  const change = random.pick<Record<string, unknown>>([
    { full_name: `Bot ${letters(random.below(600))}` },
    { role: random.pick([200, 400, 600, 600]) },
    { bot_owner_id: random.pick([owner, ...others]).id },
  ])
  return random.pick([owner, owner, owner, who]).patch(`/bots/${bot}`, change)
}

const changePicture: Change = async (play, who) => {
  const bot = oneBot(play)
  if (bot === undefined) return null
  return play.random.pick([play.owner, who]).upload(`/bots/${bot}`, [smallPicture], {}, 'PATCH')
}

const endBot: Change = async (play, who) => {
  const bot = oneBot(play)
  return bot === undefined ? null : play.random.pick([play.owner, who]).delete(`/bots/${bot}`)
}

const bringBotBack: Change = async (play) => {
  const bot = oneBot(play)
  return bot === undefined ? null : play.owner.post(`/users/${bot}/reactivate`)
}

export const ofBots: Kinds = {
  'make a bot': [2, makeBot],
  'change a bot': [2, changeBot],
  'change the picture of a bot': [1, changePicture],
  'end a bot': [1, endBot],
  'bring a bot back': [1, bringBotBack],
}
