import type { OrgId, RecipientId } from '@parley/core'
import type { Actor } from '../actor.ts'
import { allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'

/** Old messages of one channel or direct conversation. Times are seconds since the Unix epoch. */
export interface Expiring {
  readonly orgId: OrgId
  readonly recipientId: RecipientId
  /** Null for a direct conversation. */
  readonly channel: ChannelFacts | null
  /** One of them. */
  readonly messageId: number
  /** For how many days messages are kept there; null for ever. */
  readonly keepsDays: number | null
  /** When the newest of them was sent. */
  readonly upTo: number
  readonly now: number
}

const daySeconds = 86_400

/** Only the server itself takes messages away for their age, and none before its time. */
export function messageExpire(actor: Actor, { orgId, keepsDays, upTo, now }: Expiring): Decision {
  if (!actor.isSystemBot) return deny('server-only')
  if (orgId !== actor.orgId) return hide('other-org')
  return allowIf(keepsDays !== null && now - upTo >= keepsDays * daySeconds, deny('kept'))
}
