import { z } from 'zod'
import type { Appliers } from './state.ts'

export const Bot = z.looseObject({ user_id: z.int() })

/** The bots that one has the say over. */
export const ofBots: Appliers = {
  'realm_bot add'(state, event) {
    const bot = Bot.parse(event['bot'])
    if (state.bots[bot.user_id]) throw new Error(`bot ${bot.user_id} is told of twice`)
    state.bots[bot.user_id] = bot
  },
  'realm_bot update'(state, event) {
    const changed = Bot.parse(event['bot'])
    const known = state.bots[changed.user_id]
    if (!known) throw new Error(`an update of bot ${changed.user_id}, which is not known`)
    state.bots[changed.user_id] = { ...known, ...changed }
  },
  'realm_bot delete'(state, event) {
    const { user_id: user } = Bot.parse(event['bot'])
    if (!state.bots[user]) throw new Error(`bot ${user} goes, which is not known`)
    delete state.bots[user]
  },
}
