import { AppError, internal, unavailable } from '@parley/core'
import { expect, test } from 'vitest'
import { Refusals } from './refusal.ts'

function scene() {
  const lines: unknown[] = []
  const line = (message: string, record: unknown): void => void lines.push([message, record])
  const logger = { info: line, error: line }
  const refusals = new Refusals(logger)
  let last = 0
  const refuse = (error: AppError, url = '/api/v1/messages', ip = '192.0.2.1'): void => {
    refusals.tell({ id: `r${++last}`, ip, routeOptions: { url } }, error, error)
  }
  return { lines, refusals, refuse }
}
const tooMany = (): AppError => new AppError('RATE_LIMIT_HIT', 'API usage exceeded rate limit')

test('what a full gateway refuses is told once, and then counted, by route and reason', () => {
  const { lines, refusals, refuse } = scene()
  for (let n = 0; n < 1000; n++) refuse(unavailable())
  for (const fault of ['one', 'another', 'one']) refuse(unavailable(new TypeError(fault)))
  refuse(unavailable(), '/api/v1/users')
  expect(lines).toMatchObject([
    ['request failed', { request_id: 'r1', route: '/api/v1/messages', code: 'UNAVAILABLE' }],
    ['request failed', { request_id: 'r1001', error_name: 'TypeError' }],
    ['request failed', { request_id: 'r1002', error_name: 'TypeError' }],
    ['request failed', { request_id: 'r1004', route: '/api/v1/users' }],
  ])
  expect(JSON.stringify(lines)).not.toContain('another')
  lines.length = 0
  refusals.flush()
  expect(lines.pop()).toMatchObject(['more requests failed', { count: 1 }])
  const many = { request_id: 'r1000', route: '/api/v1/messages', code: 'UNAVAILABLE', count: 999 }
  expect(lines).toEqual([['more requests failed', many]])
  lines.length = 0
  // While it lasts there is one line each time, and none when it is over.
  refuse(unavailable())
  refusals.flush()
  expect(lines).toMatchObject([['more requests failed', { count: 1 }]])
  lines.length = 0
  refusals.flush()
  refusals[Symbol.dispose]()
  expect(lines).toEqual([])
  refuse(unavailable())
  expect(lines).toMatchObject([['request failed', {}]])
  refusals[Symbol.dispose]()
})

test('whoever asks too much is told by address, of many not each', () => {
  const { lines, refusals, refuse } = scene()
  for (let n = 0; n < 3; n++) refuse(tooMany())
  refuse(tooMany(), '/api/v1/messages', '192.0.2.2')
  expect(lines).toMatchObject([
    ['refused', { address: '192.0.2.1' }],
    ['refused', { address: '192.0.2.2' }],
  ])
  for (let n = 0; n < 1000; n++) refuse(tooMany(), '/api/v1/messages', `2001:db8::${n}`)
  expect(lines.length).toBeLessThan(210)
  lines.length = 0
  refusals[Symbol.dispose]()
  expect(lines).toContainEqual([
    'more were refused',
    expect.objectContaining({ address: '192.0.2.1', count: 2 }),
  ])
})

test('who was not let in, and what failed by a fault of ours, is told each time', () => {
  const { lines, refuse } = scene()
  for (const error of [
    new AppError('UNAUTHORIZED', 'x'),
    internal(new Error('x')),
    new AppError('NOT_FOUND', 'x'),
  ])
    for (let n = 0; n < 2; n++) refuse(error)
  expect(lines).toHaveLength(4)
})
