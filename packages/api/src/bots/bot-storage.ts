import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, optional } from '../param.ts'

/** Everything that one bot keeps, keys and values, in bytes of UTF-8. */
export const maxStoredBytes = 10_000_000
/** Entries of one bot. */
export const maxStoredEntries = 10_000

const wellFormed = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
const Key = z
  .string()
  .min(1)
  .max(255)
  .refine(wellFormed, { params: { zulip: 'invalid' } })
const Value = z
  .string()
  .max(1_000_000)
  .refine(wellFormed, { params: { zulip: 'invalid' } })
const Keys = z.array(Key).max(1000)

const own = {
  service: 'auth',
  callers: ['gateway'],
  limits: apiByUser,
  access: 'self:store',
  path: '/api/v1/bot_storage',
} as const

/** What a bot keeps: the entries of these keys, or all. */
export const getBotStorage = operation({
  ...own,
  id: 'get-bot-storage',
  method: 'GET',
  transaction: 'read',
  params: { keys: optional(json(Keys)) },
  response: z.object({ storage: z.record(z.string(), z.string()) }),
})

/** Keeps entries; those of other keys stay. */
export const updateBotStorage = operation({
  ...own,
  id: 'update-bot-storage',
  method: 'PUT',
  transaction: 'write',
  // Doing it twice is doing it once.
  idempotent: true,
  bodyLimit: 1_500_000,
  params: { storage: json(z.record(Key, Value)) },
  response: z.object({}),
})

/** Forgets the entries of these keys, or all. */
export const removeBotStorage = operation({
  ...own,
  id: 'remove-bot-storage',
  method: 'DELETE',
  transaction: 'write',
  params: { keys: optional(json(Keys)) },
  response: z.object({}),
})
