import { operation, param, perUser } from '@parley/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { doorOf, endpoints } from './paths.ts'

const op = (method: 'GET' | 'POST', path: string, params = {}, atRoot = false) =>
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
    atRoot,
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

test('what applications load by its address stands at the root too, with a key or a session', () => {
  const made = endpoints([op('GET', '/api/v1/x', {}, true), op('POST', '/api/v1/x')])
  expect(made.map(({ url, door, allowed }) => [url, door, allowed])).toEqual([
    ['/api/v1/x', 'Basic', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/json/x', 'Session', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/x', 'Either', ['GET', 'HEAD', 'OPTIONS']],
  ])
  expect([doorOf('Either', 'Basic x'), doorOf('Either', undefined)]).toEqual(['Basic', 'Session'])
  expect([doorOf('Session', 'Basic x'), doorOf('Basic', undefined)]).toEqual(['Session', 'Basic'])
})

test('a method of a path belongs to one operation', () => {
  expect(() => endpoints([op('GET', '/api/v1/x'), op('GET', '/api/v1/x')])).toThrow('is taken')
  expect(() => endpoints([op('GET', '/x')])).toThrow('outside')
})
