import { deleteQueue as declared } from '@parley/api'
import type { Context } from '../context.ts'
import type { Exchange } from '../edge/exchange.ts'
import { type Rendered, renderSuccess } from '../edge/render.ts'
import { badQueue } from '../live/catch-up.ts'
import { deleteQueue } from '../repo/queues.ts'
import { askedOf, grantedIn, orgOf } from './own-operation.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Deletes a queue; whoever waits for its events here learns it at once, at other gateways within a minute. */
export async function removeQueue({ database, live }: Context, exchange: Exchange): Promise<Rendered> {
  const { input, ignored, caller } = askedOf(declared, exchange)
  const org = orgOf(exchange)
  const queueId = input.queue_id
  const gone =
    uuid.test(queueId) &&
    (await database.write(org, async (tx) => {
      return deleteQueue(tx, await grantedIn(tx, caller), queueId)
    }))
  if (!gone) throw badQueue(queueId)
  live.followed(org)?.endQueue(queueId, 'gone')
  return renderSuccess({}, ignored)
}
