import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json } from '../param.ts'

/** Longest word, and most words of one person. */
export const maxAlertWord = 100
export const maxAlertWords = 100

const Word = z
  .string()
  .refine((text) => !text.includes('\0') && text.isWellFormed())
  .max(maxAlertWord)

const own = {
  path: '/api/v1/users/me/alert_words',
  service: 'messaging',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  response: z.object({ alert_words: z.array(z.string()) }),
} as const
const given = { alert_words: json(z.array(Word).max(maxAlertWords)) }

/** The words that one wants to be told of wherever they are said. */
export const getAlertWords = operation({
  ...own,
  id: 'get-alert-words',
  method: 'GET',
  transaction: 'read',
  params: {},
})

/** Adds words; those there already, in whatever case, stay as they are. */
export const addAlertWords = operation({
  ...own,
  id: 'add-alert-words',
  method: 'POST',
  transaction: 'write',
  idempotent: true,
  params: given,
})

/** Takes words away, in whatever case. */
export const removeAlertWords = operation({
  ...own,
  id: 'remove-alert-words',
  method: 'DELETE',
  transaction: 'write',
  idempotent: true,
  params: given,
})
