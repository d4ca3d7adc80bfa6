import { operation, param, perUser } from '@parley/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { endpoints } from './paths.ts'

const op = (method: 'GET' | 'POST', path: string, params = {}) =>
  operation({
    id: 'x',
    method,
    path,
    service: 'auth',
    access: 'self:use',
    limits: [perUser('x', 1, 1)],
    callers: ['gateway'],
    transaction: 'read',
    params,
    response: z.object({}),
  })

test('each path stands at both doors with all its methods', () => {
  const made = endpoints([
    op('GET', '/api/v1/users/{id}', { id: param.pathInt() }),
    op('POST', '/api/v1/users/{id}', { id: param.pathInt() }),
  ])
  expect(made.map(({ url, door, allowed }) => [url, door, allowed])).toEqual([
    ['/api/v1/users/:id', 'Basic', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/json/users/:id', 'Session', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ])
})

test('a method of a path belongs to one operation', () => {
  expect(() => endpoints([op('GET', '/api/v1/x'), op('GET', '/api/v1/x')])).toThrow('is taken')
  expect(() => endpoints([op('GET', '/x')])).toThrow('outside')
})
