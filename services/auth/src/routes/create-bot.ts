import { role } from '@parley/access'
import { avatarUrl, createBot, maxBotsOfOrganisation, maxBotsOfPerson, preparedIn } from '@parley/api'
import { badRequest, Secret, userId, type UserId } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, avatarChanged, keyCreated, make, type NewEvent } from '@parley/events'
import { route } from '@parley/kit'
import { accountEvents } from '../add-account.ts'
import { botTold } from '../bot-events.ts'
import { type AuthContext, now } from '../context.ts'
import { countBots } from '../facts/bots.ts'
import { botObject, preferences } from '../present/bot.ts'
import { botRefusal, insufficient } from '../present/refusal.ts'
import { keepBotAvatar } from '../repo/avatars.ts'
import { insertBot, insertBotKey } from '../repo/bots.ts'
import { beginSettings } from '../repo/user-settings.ts'
import { newApiKey } from '../rules/api-key.ts'
import { botEmail, checkBotType, checkPreferences } from '../rules/bot.ts'
import { fullName } from '../rules/full-name.ts'

export default route<typeof createBot, AuthContext, OrmTx>(
  createBot,
  {
    object: async ({ input }) => ({ type: input.bot_type }),
    hidden: insufficient,
    denied: (_, reason) => botRefusal(reason),
  },
  async ({ input, request, granted, rights, tx, ctx }) => {
    const { actor } = granted
    checkBotType(input.bot_type)
    checkPreferences(input)
    const name = fullName(input.full_name)
    const email = botEmail(input.short_name, request.url)
    const has = await countBots(tx, actor.userId)
    if (has.own >= maxBotsOfPerson || has.all >= maxBotsOfOrganisation) throw badRequest('Too many bots.')
    const joined = now(ctx.clock)
    const row = await insertBot(tx, granted, { email, fullName: name, joined })
    if (!row) throw badRequest('Username already in use.')
    const bot = userId(row.userId)
    await beginSettings(tx, granted, bot)
    if (input.image !== undefined) await keepBotAvatar(tx, granted, bot, preparedIn(input.image))
    const key = newApiKey(ctx.ids)
    const keyId = await insertBotKey(tx, granted, { bot, key: new Secret(key), createdAt: joined })
    const told = botObject({
      user_id: bot,
      email,
      full_name: name,
      bot_type: input.bot_type,
      bot_owner_id: actor.userId,
      is_active: true,
      avatar_version: row.avatarVersion,
    })
    await append(tx, rights, [
      ...accountEvents(row, role.member, actor.userId),
      ...(input.image === undefined ? [] : [given(bot, row.avatarVersion, actor.userId)]),
      make(keyCreated, { user_id: bot, key_id: keyId, method: 'owner' }),
      ...(await botTold(tx, actor.userId, { op: 'add', bot: told })),
    ])
    return { ...preferences, user_id: bot, api_key: key, avatar_url: avatarUrl(bot, row.avatarVersion) }
  },
)

/** Told like every change of a picture, so that audit has it too. */
const given = (bot: UserId, version: number, by: UserId): NewEvent =>
  make(avatarChanged, { user_id: bot, version, uploaded: true, by })
