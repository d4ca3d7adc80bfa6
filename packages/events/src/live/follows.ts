import { only, type Tx } from '@parley/db'
import { z } from 'zod'

/** What a gateway's name ends with that judges what it holds by where messages are now. */
const mark = '-moves'

/** The name of a gateway that follows messages to other channels. @param own names the process alone */
export const followingGateway = (own: string): string => `${own}${mark}`

/**
 * Does every gateway that may answer now follow messages to other channels? One of a version from before would go on giving out
 * what it holds of them.
 */
export async function gatewaysFollow(tx: Tx): Promise<boolean> {
  const { follow } = only(
    await tx.query(
      z.object({ follow: z.boolean() }),
      `SELECT NOT EXISTS (SELECT FROM gateway.v1_live_leases() AS l WHERE right(l.gateway_id, $1) <> $2) AS follow`,
      [mark.length, mark],
    ),
  )
  return follow
}
