import { getChannelEmailAddress } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById } from '../facts/channel-facts.ts'
import { findPeople } from '../facts/people.ts'
import { invalidChannelId } from '../rules/unknown-channel.ts'

export default route<typeof getChannelEmailAddress, Context, Tx>(
  getChannelEmailAddress,
  {
    async object({ input, tx, actor }) {
      const facts = await channelFactsById(tx, actor, input.stream_id)
      if (!facts) throw invalidChannelId()
      return facts
    },
    hidden: invalidChannelId,
  },
  async ({ input, tx, actor }) => {
    const { sender_id: sender = actor.userId } = input
    if (sender !== actor.userId) {
      const [bot] = (await findPeople(tx, actor, [sender])) ?? []
      // One answer, whether there is somebody of that number or not.
      if (bot?.botOwnerId !== actor.userId) throw badRequest('Invalid sender_id')
    }
    return { email: '' }
  },
)
