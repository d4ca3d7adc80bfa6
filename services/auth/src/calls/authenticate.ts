import { authenticate } from '@parley/api'
import { AppError, orgId, Secret } from '@parley/core'
import { answer } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { type Held, holderOfKey, holderOfSession } from '../facts/account.ts'
import { looksLikeApiKey } from '../rules/api-key.ts'
import { emailKey } from '../rules/email.ts'
import { looksLikeSessionToken } from '../rules/session-token.ts'

const refused = (message: string): AppError => new AppError('UNAUTHORIZED', message)
const noSession = (): AppError => refused('Not logged in: API authentication or user session required')

export default answer<typeof authenticate, AuthContext>(authenticate, async ({ input, ctx }) => {
  const org = orgId(input.org)
  const invalid = input.scheme === 'basic' ? (): AppError => refused('Invalid API key') : noSession
  let held: Held | null
  if (input.scheme === 'basic') {
    const key = input.apiKey.trim()
    if (!looksLikeApiKey(key)) throw refused('Malformed API key')
    held = await ctx.database.read(org, (tx) => holderOfKey(tx, new Secret(key)))
    if (held && held.email_key !== emailKey(input.email)) throw invalid()
  } else {
    if (!looksLikeSessionToken(input.token)) throw invalid()
    held = await ctx.database.read(org, (tx) => holderOfSession(tx, new Secret(input.token), ctx.clock.now()))
  }
  if (!held) throw invalid()
  if (held.organisation_ended) throw refused('This organization has been deactivated')
  // Before "is it still open": deactivation ends the key, and its owner should learn why.
  if (!held.is_active) throw refused('Account is deactivated')
  if (!held.open) throw invalid()
  const kind = input.scheme === 'basic' ? 'key' : 'session'
  return {
    principal: {
      org,
      user: held.user_id,
      generation: held.generation,
      credential: `${kind}:${held.credential}`,
    },
    role: held.role,
    incomingWebhook: held.incoming_webhook,
    botOwner: held.bot_owner_id,
    goodForMs: held.good_for_ms,
  }
})
