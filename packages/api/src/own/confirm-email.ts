import { z } from 'zod'
import { apiByIp } from '../limits.ts'
import { operation, perIp } from '../operation.ts'
import { text } from '../param.ts'

/** Gives an account the address that its mail went to: for whoever holds the secret of that mail. */
export const confirmEmail = operation({
  id: 'confirm-email',
  method: 'POST',
  path: '/api/v1/parley/email/confirm',
  service: 'auth',
  access: 'public',
  bodyLimit: 8 * 1024,
  callers: ['gateway'],
  transaction: 'own',
  limits: [...apiByIp, perIp('confirm_email_by_ip', 20, 3_600)],
  params: { secret: text(100) },
  response: z.object({ email: z.string() }),
})
