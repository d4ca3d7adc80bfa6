import { type Database, only } from '@parley/db'
import { z } from 'zod'

/** What a gateway's name ends with that judges what it holds by where messages are now. */
const mark = '-moves'

/** The name of a gateway that follows messages to other channels. @param own names the process alone */
export const followingGateway = (own: string): string => `${own}${mark}`

/**
 * Does every gateway that may answer, now or later, follow messages to other channels? One of a version from before would go on
 * giving out what it holds of them. Asked in transactions of its own: what it demands must stand before it looks.
 */
export async function gatewaysFollow(database: Pick<Database, 'once'>): Promise<boolean> {
  await database.once(z.unknown(), 'SELECT gateway.v1_demand_moves()')
  const { follow } = only(
    await database.once(
      z.object({ follow: z.boolean() }),
      `SELECT NOT EXISTS (SELECT FROM gateway.v1_live_leases() AS l WHERE right(l.gateway_id, $1) <> $2) AS follow`,
      [mark.length, mark],
    ),
  )
  return follow
}
