import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, text, withDefault } from '../param.ts'
import { newChannelParams } from './new-channel.ts'

/** Makes a channel with the people who are in it from the beginning (Zulip API: create-channel). */
export const createChannel = operation({
  id: 'create-channel',
  method: 'POST',
  path: '/api/v1/channels/create',
  service: 'streams',
  access: 'channel:join',
  limits: apiByUser,
  bodyLimit: 256 * 1024,
  callers: ['gateway'],
  transaction: 'turn',
  since: 417,
  params: {
    name: text(),
    description: withDefault(text(), ''),
    subscribers: json(z.array(z.int()).max(10_000)),
    ...newChannelParams,
  },
  response: z.object({ id: z.int() }),
})
