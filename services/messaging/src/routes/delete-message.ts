import { deleteMessage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { remove } from '../edits/remove.ts'
import { readDeleting } from '../facts/deleting.ts'
import { invalidMessage, there } from '../facts/readable-message.ts'

export default route<typeof deleteMessage, Context, Tx>(
  deleteMessage,
  {
    async object({ input, tx, actor, ctx }) {
      return there(await readDeleting(tx, actor, input.message_id, Math.floor(ctx.clock.now() / 1000)))
    },
    hidden: invalidMessage,
    denied: (_input, reason) =>
      badRequest(
        reason === 'too-late'
          ? 'The time limit for deleting this message has passed'
          : "You don't have permission to delete this message",
      ),
  },
  async ({ input, granted, rights, tx }) => {
    await hold(tx, rights)
    if ((await remove(tx, granted, [input.message_id])) === 0) throw invalidMessage()
    return {}
  },
)
