import type { Actor, ChannelFacts } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { readChannelFacts } from './channel-facts.ts'

/** What is said of a channel that is not there or may not be known. */
export const invalidChannel = () => badRequest('Invalid channel ID')

/** The guard of endpoints about one channel: one that may not be read answers as one that is not there. */
export const oneChannel = {
  async object({
    input,
    tx,
    actor,
  }: {
    readonly input: { readonly stream_id: number }
    readonly tx: Tx
    readonly actor: Actor
  }): Promise<ChannelFacts> {
    const facts = await readChannelFacts(tx, actor, input.stream_id)
    if (!facts) throw invalidChannel()
    return facts
  },
  hidden: invalidChannel,
}
