import { AppError, badRequest, internal, unavailable } from '@parley/core'
import { owned, Pool } from '@parley/kit'
import { expect, test } from 'vitest'
import { Pieces } from './pieces.ts'
import { renderError, renderJson, renderSuccess } from './render.ts'

const shown = (error: AppError): unknown => JSON.parse(renderError(error, 'Basic').body)

test('a success carries its data and the parameters nobody reads', () => {
  expect(JSON.parse(renderSuccess({ id: 1 }, []).body)).toEqual({ result: 'success', msg: '', id: 1 })
  expect(JSON.parse(renderSuccess({}, ['x']).body)).toEqual({
    result: 'success',
    msg: '',
    ignored_parameters_unsupported: ['x'],
  })
})

const parts = (...all: readonly object[]) => all.map((part) => owned(Buffer.from(JSON.stringify(part))))
const read = (...[all, ignored]: Parameters<typeof renderJson>): unknown => {
  const { body } = renderJson(all, ignored)
  return JSON.parse(body instanceof Pieces ? Buffer.concat(body.all).toString() : body.toString())
}

test('objects that are JSON already are put together', () => {
  expect(read(parts({}), [])).toEqual({ result: 'success', msg: '' })
  expect(read(parts({ a: 1 }, {}, { b: '}', a: 2 }), ['x'])).toEqual({
    result: 'success',
    msg: '',
    a: 2,
    b: '}',
    ignored_parameters_unsupported: ['x'],
  })
})

test.each([
  [10_000, Buffer],
  [40_000, Pieces],
])('with %i letters they stay bytes', (length, kind) => {
  const long = { long: 'é'.repeat(length) }
  expect(renderJson(parts(long), []).body).toBeInstanceOf(kind)
  expect(read(parts(long), [])).toEqual({ result: 'success', msg: '', ...long })
})

test('what was put together is given back at once, what was not when it is released', () => {
  const pool = new Pool(1_000_000)
  const lent = (length: number) => {
    const room = pool.take(length)
    room.bytes.write(JSON.stringify({ long: 'x'.repeat(length - 11) }))
    return room
  }
  renderJson([lent(50_000)], [])
  expect(pool.idleBytes).toBe(65_536)
  const { body } = renderJson([lent(70_000)], [])
  expect(pool.idleBytes).toBe(65_536)
  if (body instanceof Pieces) body.release()
  expect(pool.idleBytes).toBe(65_536 + 81_920)
})

test.each(['', '{', 'null', '[1]', '{}\n'])('an answer of %j is none', (json) => {
  expect(() => renderJson([owned(Buffer.from(json))], [])).toThrow('unavailable')
})

test('an error carries its code and data', () => {
  expect(shown(badRequest('No', { queue_id: 'q' }))).toEqual({
    result: 'error',
    msg: 'No',
    code: 'BAD_REQUEST',
    queue_id: 'q',
  })
})

test('inner codes and fields stay inside', () => {
  expect(shown(new AppError('NOT_FOUND', 'Not found'))).toMatchObject({ code: 'BAD_REQUEST' })
  expect(shown(new AppError('UNAUTHORIZED', 'x', { data: { stale: true, code: 'y' } }))).toEqual({
    result: 'error',
    msg: 'x',
    code: 'UNAUTHORIZED',
  })
})

test('a failure of ours says nothing', () => {
  const rendered = renderError(internal(new Error('canary')), 'Basic')
  expect([rendered.status, rendered.body]).toEqual([500, '{"result":"error","msg":"Internal server error"}'])
})

test('headers that belong to a status', () => {
  expect(renderError(new AppError('UNAUTHORIZED', 'x'), 'Session').headers).toEqual({
    'www-authenticate': 'Session realm="zulip"',
  })
  expect(renderError(unavailable(), 'Basic').headers).toEqual({ 'retry-after': '1' })
  const wrong = new AppError('METHOD_NOT_ALLOWED', 'Method Not Allowed', {
    data: { allowed_methods: ['GET', 'HEAD'] },
  })
  expect(renderError(wrong, 'Basic').headers).toEqual({ allow: 'GET, HEAD' })
})
