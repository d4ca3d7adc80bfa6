import { updateSubscriptionSettings } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { ownSetting } from '../rules/own-setting.ts'
import { setOwnSettings } from '../set-own.ts'

export default route<typeof updateSubscriptionSettings, Context, Tx>(
  updateSubscriptionSettings,
  async ({ input, tx, granted }) => {
    await setOwnSettings(tx, granted, input.subscription_data.map(ownSetting))
    return {}
  },
)
