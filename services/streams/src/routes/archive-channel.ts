import { archiveChannel } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { change } from '../change-channel.ts'
import type { Context } from '../context.ts'

export default route<typeof archiveChannel, Context, Tx>(archiveChannel, async (handled) => {
  await change(handled, handled.input.stream_id, { archived: true })
  return {}
})
