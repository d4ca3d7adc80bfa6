import { BotObject } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Changed = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), bot: BotObject }),
  z.object({
    op: z.literal('update'),
    bot: z.object({
      user_id: z.int(),
      full_name: z.string().optional(),
      is_active: z.boolean().optional(),
      owner_id: z.int().optional(),
      avatar_url: z.string().optional(),
    }),
  }),
  z.object({ op: z.literal('delete'), bot: z.object({ user_id: z.int() }) }),
])
export type BotChange = z.infer<typeof Changed>

/** A bot as those see it who have the say over it; they are named. */
export const botChanged = event({
  type: 'bot.changed',
  emitter: 'auth',
  audience: 'users',
  body: Changed,
  wire: ['realm_bot'],
  shape: (body) => ({ type: 'realm_bot', ...body }),
})

/** A bot is another's now: it does no more what its former owner could, and its keys have ended. */
export const botGiven = event({
  type: 'bot.given',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({
    user_id: z.int(),
    owner_id: z.int(),
    was: z.int().nullable(),
    generation: z.int(),
    by: z.int(),
  }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: ({ user_id, owner_id }) => ({
    type: 'realm_user',
    op: 'update',
    person: { user_id, bot_owner_id: owner_id },
  }),
})
