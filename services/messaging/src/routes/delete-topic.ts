import { deleteTopic } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { normaliseTopic } from '@parley/markdown'
import type { Context } from '../context.ts'
import { remove } from '../edits/remove.ts'
import { oneChannel } from '../facts/readable-channel.ts'
import { readNewestOf } from '../repo/deletes.ts'

/** Messages that one call takes away: it happens behind the head, where everybody waits. */
const mostAtOnce = 500

export default route<typeof deleteTopic, Context, Tx>(
  deleteTopic,
  {
    ...oneChannel,
    denied: () => new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator'),
  },
  async ({ input, granted, rights, tx }) => {
    const topic = normaliseTopic(input.topic_name)
    await hold(tx, rights)
    const found = await readNewestOf(tx, granted, topic, mostAtOnce)
    const gone = await remove(tx, granted, found.slice(0, mostAtOnce))
    // What the actor may not read stays, so where nothing was taken away nothing is left to take.
    return { complete: gone === 0 || found.length <= mostAtOnce }
  },
)
