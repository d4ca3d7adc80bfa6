import { call, operation, param, perIp, perUser } from '@parley/api'
import { z } from 'zod'

const shared = {
  service: 'streams',
  limits: [perUser('test', 10, 1)],
  callers: ['gateway'],
  response: z.object({ value: z.int() }),
} as const

/** One operation of each kind, for the runner. */
export const readIt = operation({
  ...shared,
  id: 'read-it',
  method: 'GET',
  path: '/api/v1/it',
  access: 'self:use',
  transaction: 'read',
  params: { n: param.optional(param.int()) },
})
export const writeIt = operation({
  ...shared,
  id: 'write-it',
  method: 'POST',
  path: '/api/v1/it',
  access: 'self:use',
  transaction: 'write',
  params: {},
})
export const turnIt = operation({
  ...shared,
  id: 'turn-it',
  method: 'PUT',
  path: '/api/v1/it',
  access: 'self:use',
  transaction: 'turn',
  params: {},
})
export const ownIt = operation({
  ...shared,
  id: 'own-it',
  method: 'POST',
  path: '/api/v1/own',
  access: 'self:use',
  transaction: 'own',
  params: {},
})
/** Decided on a channel. */
export const channelIt = operation({
  ...shared,
  id: 'channel-it',
  method: 'PATCH',
  path: '/api/v1/channels/{id}',
  access: 'channel:subscribe',
  transaction: 'write',
  params: { id: param.pathInt() },
})
export const publicIt = operation({
  ...shared,
  id: 'public-it',
  method: 'GET',
  path: '/api/v1/public',
  access: 'public',
  limits: [perIp('test', 10, 1)],
  transaction: 'read',
  params: {},
})
export const publicOwn = operation({
  ...shared,
  id: 'public-own',
  method: 'POST',
  path: '/api/v1/public',
  access: 'public',
  limits: [perIp('test', 10, 1)],
  transaction: 'own',
  params: {},
})

/** Also for who has no account. */
export const lookIt = operation({
  ...shared,
  id: 'look-it',
  method: 'GET',
  path: '/api/v1/look',
  access: 'self:use',
  spectators: true,
  transaction: 'read',
  params: { n: param.optional(param.int()) },
})

export const askIt = call({
  id: 'streams.ask-it',
  service: 'streams',
  callers: ['gateway'],
  idempotent: true,
  input: z.object({ text: z.string() }),
  response: z.object({ text: z.string() }),
})
