import type { Account, ApiClient, Organisation } from '@parley/testkit'
import { z } from 'zod'

const Made = z.object({ user_id: z.int(), api_key: z.string() })
let made = 0

/** A bot of somebody; what it calls itself is at the second gateway. */
export interface Bot extends Account {
  /** At the first and the second gateway. */
  readonly at: readonly [ApiClient, ApiClient]
}

export async function makeBot(
  org: Organisation,
  of: ApiClient,
  fields: Record<string, unknown> = {},
): Promise<Bot> {
  const short_name = `robbie${made++}`
  const answer = await of.ok('POST', '/bots', { full_name: 'Robbie', short_name, ...fields })
  const { user_id: id, api_key: apiKey } = Made.parse(answer)
  const email = `${short_name}-bot@${new URL(org.url).hostname}`
  const at = [org.client({ email, apiKey, gateway: 1 }), org.client({ email, apiKey, gateway: 2 })] as const
  return { ...at[1], id, email, apiKey, at }
}
