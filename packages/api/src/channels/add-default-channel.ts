import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int } from '../param.ts'

/** Most channels that new accounts are in: the making of each account tells of every one. */
export const maxDefaultChannels = 100

/** Makes a channel one that new accounts are in from the beginning (Zulip API: add-default-stream). */
export const addDefaultChannel = operation({
  id: 'add-default-channel',
  method: 'POST',
  path: '/api/v1/default_streams',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  params: { stream_id: int() },
  response: z.object({}),
})
