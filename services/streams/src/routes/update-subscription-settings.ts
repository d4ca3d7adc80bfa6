import { updateSubscriptionSettings } from '@parley/api'
import { badRequest, channelId } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, subscriptionSet } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { holdOwnSubscriptions, setOwn } from '../repo/own-settings.ts'
import { ownSetting, toldOf } from '../rules/own-setting.ts'

export default route<typeof updateSubscriptionSettings, Context, Tx>(
  updateSubscriptionSettings,
  async ({ input, tx, granted, actor }) => {
    const settings = input.subscription_data.map(ownSetting)
    if (settings.length === 0) return {}
    const ids = settings.map(({ channel }) => channel)
    const own = await holdOwnSubscriptions(tx, granted, ids)
    const strange = ids.find((id) => !own.has(id))
    // The same whether there is such a channel or not.
    if (strange !== undefined) throw badRequest(`Not subscribed to channel ID ${strange}`)
    const changed = []
    for (const setting of settings) if (await setOwn(tx, granted, setting)) changed.push(setting)
    const told = changed.flatMap((setting) =>
      toldOf(setting).map((body) =>
        make(subscriptionSet, body, { users: [actor.userId], channel: channelId(setting.channel) }),
      ),
    )
    if (told.length > 0) await append(tx, null, told)
    return {}
  },
)
