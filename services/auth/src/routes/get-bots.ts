import { getBots } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { botObject, preferences } from '../present/bot.ts'
import { listBots } from '../repo/bots.ts'

export default route<typeof getBots, AuthContext, OrmTx>(getBots, async ({ granted, tx }) => {
  const rows = await listBots(tx, granted)
  const own = rows.filter((row) => row.bot_owner_id === granted.actor.userId && row.is_active)
  return {
    bots: own.map(botObject).map(({ user_id, email: username, full_name, api_key, avatar_url }) => ({
      ...preferences,
      user_id,
      username,
      full_name,
      api_key,
      avatar_url,
    })),
  }
})
