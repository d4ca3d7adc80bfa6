import { expect, test } from 'vitest'
import { z } from 'zod'
import { call, operation, perAccount, perIp, perUser } from './operation.ts'
import { pathInt } from './param.ts'

const sound = {
  id: 'get-user',
  method: 'GET',
  path: '/api/v1/users/{user_id}',
  service: 'auth',
  access: 'user:list',
  limits: [perUser('api', 200, 60)],
  callers: ['gateway'],
  transaction: 'read',
  params: { user_id: pathInt() },
  response: z.object({}),
} as const

test('a sound declaration gets its defaults', () => {
  const made = operation(sound)
  expect([made.kind, made.bodyLimit, made.idempotent]).toEqual(['operation', 65536, true])
  expect(operation({ ...sound, method: 'POST' }).idempotent).toBe(false)
  expect([perIp('a', 1, 2).by, perAccount('a', 1, 2).by]).toEqual(['ip', 'account'])
})

test.each([
  ['no access rule', { access: undefined }],
  ['no limit', { limits: [] }],
  ['no response schema', { response: undefined }],
  ['no caller list', { callers: [] }],
  ['path parameters do not match the path', { params: {} }],
  ['path parameters do not match the path', { params: { other: pathInt() } }],
])('AC-01 a declaration with %s does not load', (hole, change) => {
  // A hole can only come past the types, as here.
  expect(() => operation({ ...sound, ...change } as never)).toThrow(hole)
})

test('an internal call without callers does not load', () => {
  const declared = {
    id: 'x',
    service: 'auth',
    idempotent: true,
    input: z.null(),
    response: z.null(),
  } as const
  expect(() => call({ ...declared, callers: [] })).toThrow('no caller list')
  expect(call({ ...declared, callers: ['cli'] }).kind).toBe('call')
})
