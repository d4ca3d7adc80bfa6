import type { Granted } from '@parley/access'
import { type Alerted, NewerAlertWords } from './alert-words.ts'
import { alertedOf, type Composed } from './compose.ts'
import type { Context } from './context.ts'
import type { Target } from './facts/target.ts'
import type { Kept } from './jobs/sends.ts'
import { sendOf } from './present/send.ts'

type Sending = Omit<Parameters<typeof sendOf>[3], 'alerted' | 'alertVersion'>

/**
 * Writes a composed message, held against the alert words of everybody.
 * @returns once it is committed
 * @throws as `Sends.write` does, but for newer alert words
 */
export async function writeComposed(
  ctx: Context,
  granted: Granted<'message:send'>,
  target: Target,
  composed: Composed,
  sending: Sending,
): Promise<Kept> {
  const { orgId } = granted.actor
  const { content } = composed
  const write = async (found: Alerted, last: boolean): Promise<Kept> => {
    const alerted = await alertedOf(ctx, granted, target, found)
    const alertVersion = last ? null : found.version
    return ctx.sends.write(sendOf(granted, target, composed, { ...sending, alerted, alertVersion }))
  }
  try {
    return await write(await ctx.alertWords.find(orgId, content), false)
  } catch (error) {
    if (!(error instanceof NewerAlertWords)) throw error
    // What is changed from here on was changed while this was being sent.
    return write(await ctx.alertWords.findAnew(orgId, content), true)
  }
}
