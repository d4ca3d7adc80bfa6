import { addDefaultChannel } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { change } from '../change-channel.ts'
import type { Context } from '../context.ts'

export default route<typeof addDefaultChannel, Context, Tx>(addDefaultChannel, async (handled) => {
  await change(handled, handled.input.stream_id, { isDefault: true })
  return {}
})
