import type { SettingValues } from '@parley/api'
import { say, type Tx } from '@parley/db'

/** Has it said that there is a new account, where the organisation wants that said. */
export async function saySignedUp(tx: Tx, values: SettingValues, user: number, url: string): Promise<void> {
  const channel = Number(values['signup_announcements_stream_id'] ?? -1)
  if (channel === -1) return
  const content = `@_**|${user}** joined this organization.`
  await say(tx, { to: { channel }, topic: 'signups', content, url })
}
