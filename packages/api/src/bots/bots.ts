import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation, perUser, whereGiven } from '../operation.ts'
import { imageBodyLimit, imageLimits, maxImageMib } from '../organisation/emoji.ts'
import { bool, int, json, optional, pathInt, preparedFile, text, withDefault } from '../param.ts'
import { RoleNumber } from '../users/update-user.ts'

/** Bots in use that one person may have. */
export const maxBotsOfPerson = 250
/** Bots that an organisation may have, those that were ended among them. */
export const maxBotsOfOrganisation = 10_000

/** What a bot's clients are to do where they do not say; nothing can be chosen here yet. */
const preferences = {
  default_sending_stream: optional(text(60)),
  default_events_register_stream: optional(text(60)),
  default_all_public_streams: optional(bool()),
}
/** Its picture, which may come as the only file of a multipart body. */
const image = preparedFile(maxImageMib)
const ofImages = whereGiven('image', imageLimits)
const Preferences = z.object({
  default_sending_stream: z.string().nullable(),
  default_events_register_stream: z.string().nullable(),
  default_all_public_streams: z.boolean(),
})

/** A bot as its owner and administrators see it (Zulip API: `realm_bots`). The key is shown by the answer that makes it only. */
export const BotObject = Preferences.extend({
  user_id: z.int(),
  email: z.string(),
  full_name: z.string(),
  bot_type: z.int(),
  is_active: z.boolean(),
  owner_id: z.int().nullable(),
  api_key: z.literal(''),
  avatar_url: z.string(),
  services: z.array(z.never()),
})
export type BotObject = z.infer<typeof BotObject>

const own = { service: 'auth', callers: ['gateway'], limits: apiByUser } as const

/** One's own bots that are in use. */
export const getBots = operation({
  ...own,
  id: 'get-bots',
  method: 'GET',
  path: '/api/v1/bots',
  access: 'bot:list',
  transaction: 'read',
  params: {},
  response: z.object({
    bots: z.array(
      Preferences.extend({
        user_id: z.int(),
        username: z.string(),
        full_name: z.string(),
        api_key: z.literal(''),
        avatar_url: z.string(),
      }),
    ),
  }),
})

/** Makes a bot of one's own. */
export const createBot = operation({
  ...own,
  id: 'create-bot',
  method: 'POST',
  path: '/api/v1/bots',
  access: 'bot:create',
  limits: [
    ...apiByUser,
    perUser('create_bot', 20, 60),
    perUser('create_bot_daily', 300, 86_400),
    ...ofImages,
  ],
  bodyLimit: imageBodyLimit,
  transaction: 'write',
  params: {
    full_name: text(),
    short_name: text(),
    bot_type: withDefault(int(0, 1000), 1),
    ...preferences,
    image,
  },
  response: Preferences.extend({ user_id: z.int(), api_key: z.string(), avatar_url: z.string() }),
})

/** Changes a bot. Where it gets another owner, its keys end: who had them knows them. */
export const updateBot = operation({
  ...own,
  id: 'update-bot',
  method: 'PATCH',
  path: '/api/v1/bots/{bot_id}',
  limits: [...apiByUser, ...ofImages],
  bodyLimit: imageBodyLimit,
  access: 'bot:manage',
  transaction: 'write',
  revokes: true,
  params: {
    bot_id: pathInt(),
    full_name: optional(text()),
    role: optional(json(RoleNumber)),
    bot_owner_id: optional(int()),
    ...preferences,
    image,
  },
  response: Preferences.extend({
    full_name: z.string(),
    avatar_url: z.string(),
    bot_owner: z.string().optional(),
  }),
})

/** Ends a bot: its keys open nothing once this has answered. */
export const deactivateBot = operation({
  ...own,
  id: 'deactivate-bot',
  method: 'DELETE',
  path: '/api/v1/bots/{bot_id}',
  access: 'bot:end',
  transaction: 'write',
  revokes: true,
  params: { bot_id: pathInt() },
  response: z.object({}),
})

/** Ends every key of a bot and makes a new one. */
export const regenerateBotApiKey = operation({
  ...own,
  id: 'regenerate-bot-api-key',
  method: 'POST',
  path: '/api/v1/bots/{bot_id}/api_key/regenerate',
  access: 'bot:manage',
  transaction: 'write',
  revokes: true,
  params: { bot_id: pathInt() },
  response: z.object({ api_key: z.string() }),
})
