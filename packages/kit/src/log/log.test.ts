import { AppError, internal } from '@parley/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createLogger, describeError, inScope, type LogRecord, scopeFields, silentLogger } from '../index.ts'

const canary = 'canary-3f9a'

function logger(level: 'debug' | 'info' = 'info', scope = () => ({})) {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLogger({ service: 'auth', node: 'auth-1', level, scope, to }) }
}

test('a line is JSON with time, level, message, service, node and the named fields', () => {
  const { lines, log } = logger('debug')
  log.with({ op: 'send-message' }).warn('slow', { ms: 12, ok: true } as LogRecord)
  log.debug('detail')
  log.info('news')
  log.error('bad')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: 'slow',
      service: 'auth',
      node: 'auth-1',
      ms: 12,
      op: 'send-message',
    }),
    expect.objectContaining({ level: 'debug', msg: 'detail' }),
    expect.objectContaining({ level: 'info', msg: 'news' }),
    expect.objectContaining({ level: 'error', msg: 'bad' }),
  ])
  expect(lines[0]).toMatch(/"time":"\d{4}-\d\d-\d\dT/)
})

test('below the level nothing is written', () => {
  const { lines, log } = logger()
  log.debug('detail')
  silentLogger.error('nobody hears')
  expect(lines).toEqual([])
})

test('names that are not on the list, objects and lists are dropped; long texts are cut', () => {
  const { lines, log } = logger()
  const record = {
    content: canary,
    op: { nested: canary },
    peer: [canary],
    reason: 'r'.repeat(500),
    __proto__: canary,
  }
  // What a caller could do in plain JavaScript.
  log.info('canary test', record as unknown as LogRecord)
  expect(lines.join()).not.toContain(canary)
  expect((JSON.parse(lines[0] ?? '') as { reason: string }).reason).toHaveLength(200)
})

test('what every line says stands in it once, whatever a record says', () => {
  const { lines, log } = logger()
  const record = {
    service: 'other',
    node: 'other',
    level: 'other',
    time: 'other',
    msg: 'other',
    reason: 'why',
  }
  log.info('news', record)
  expect(lines.join().match(/"(?:service|node|level|time|msg)":/g)).toHaveLength(5)
  expect(lines.join()).not.toContain('other')
})

test('a message put together at run time does not compile', () => {
  const { lines, log } = logger()
  const text: string = canary
  // @ts-expect-error only literals are messages
  log.info(text)
  // @ts-expect-error nor templates of texts
  log.info(`hello ${text}`)
  expect(lines).toHaveLength(2)
})

test('an error is described without its message, whatever stands in it', () => {
  const errors = [
    new Error(canary),
    new Error(`two lines\n    at ${canary} (file:///tmp/${canary}:1:1)`),
    Object.assign(new Error(canary), { code: `${canary} !`, name: `${canary} !` }),
    Object.assign(new Error(canary), { stack: `Error: other\n    at x (/app/${canary}/y.ts:1:2)` }),
    Object.assign(new Error(canary), { stack: undefined }),
    canary,
    { canary },
    null,
    new AppError('INTERNAL', 'Internal server error', { cause: new TypeError(canary) }),
  ]
  const described = errors.slice(0, 3).concat(errors.slice(4)).map(describeError)
  expect(JSON.stringify(described)).not.toContain('canary')
  expect(describeError(errors[8])).toMatchObject({ error_name: 'TypeError' })
  expect(describeError(internal(internal(z.string().safeParse(1).error)))).toMatchObject({
    error_name: 'ZodError',
  })
  expect(describeError(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toMatchObject({
    error_name: 'Error',
    error_code: 'ECONNRESET',
    error_at: expect.stringMatching(/^src\/log\/log\.test\.ts:\d+:\d+/) as string,
  })
})

test('lines of a call carry its request id', () => {
  const { lines, log } = logger('info', scopeFields)
  inScope({ requestId: 'r-7', deadline: 0 }, () => log.info('inside'))
  log.info('outside')
  expect(lines.map((line) => (JSON.parse(line) as { request_id?: string }).request_id)).toEqual([
    'r-7',
    undefined,
  ])
})
