import { z } from 'zod'
import { password } from '../auth/credentials.ts'
import { apiByIp } from '../limits.ts'
import { operation, perIp } from '../operation.ts'
import { optional, text } from '../param.ts'

const own = {
  service: 'auth',
  access: 'public',
  bodyLimit: 8 * 1024,
  callers: ['gateway'],
  transaction: 'own',
} as const

/** What a link or a mail holds: 256 random bits as 43 characters of base64url. */
const secret = () => text(100)

/**
 * Asks to come in by a link (`secret`), or without one where no invitation is required: sends a mail to the address, by
 * which whoever reads it goes on. The answer says nothing of whether somebody has the address already.
 */
export const askToJoin = operation({
  ...own,
  id: 'ask-to-join',
  method: 'POST',
  path: '/api/v1/parley/join/ask',
  limits: [...apiByIp, perIp('sends_email_by_ip', 5, 86_400)],
  params: { email: text(320), secret: optional(secret()) },
  response: z.object({}),
})

/** Makes the account of whoever holds the secret of a mail. */
export const join = operation({
  ...own,
  id: 'join',
  method: 'POST',
  path: '/api/v1/parley/join',
  limits: [...apiByIp, perIp('join_by_ip', 20, 3_600)],
  params: { secret: secret(), full_name: text(), password: password() },
  response: z.object({ user_id: z.int(), email: z.string() }),
})
