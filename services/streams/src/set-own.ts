import type { Granted } from '@parley/access'
import { badRequest, channelId } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, subscriptionSet } from '@parley/events'
import { holdOwnSubscriptions, setOwn } from './repo/own-settings.ts'
import { type OwnSetting, toldOf } from './rules/own-setting.ts'

/**
 * Sets these for the person of the proof, all or none, and tells them alone.
 * @throws AppError BAD_REQUEST where they are not in one of the channels, the same whether there is such a channel or not
 */
export async function setOwnSettings(
  tx: Tx,
  granted: Granted<'self:use'>,
  settings: readonly OwnSetting[],
): Promise<void> {
  if (settings.length === 0) return
  const ids = settings.map(({ channel }) => channel)
  const own = await holdOwnSubscriptions(tx, granted, ids)
  const strange = ids.find((id) => !own.has(id))
  if (strange !== undefined) throw badRequest(`Not subscribed to channel ID ${strange}`)
  const changed = []
  for (const setting of settings) if (await setOwn(tx, granted, setting)) changed.push(setting)
  const told = changed.flatMap((setting) =>
    toldOf(setting).map((body) =>
      make(subscriptionSet, body, { users: [granted.actor.userId], channel: channelId(setting.channel) }),
    ),
  )
  if (told.length > 0) await append(tx, null, told)
}
