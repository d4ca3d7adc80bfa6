import { AppError, badRequest, internal, unavailable } from '@parley/core'
import { expect, test } from 'vitest'
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

test('objects that are JSON already are put together', () => {
  const parts = (...all: readonly object[]): Buffer[] => all.map((part) => Buffer.from(JSON.stringify(part)))
  const read = (...[all, ignored]: Parameters<typeof renderJson>): unknown =>
    JSON.parse(renderJson(all, ignored).body.toString())
  expect(read(parts({}), [])).toEqual({ result: 'success', msg: '' })
  expect(read(parts({ a: 1 }, {}, { b: '}', a: 2 }), ['x'])).toEqual({
    result: 'success',
    msg: '',
    a: 2,
    b: '}',
    ignored_parameters_unsupported: ['x'],
  })
  expect(renderJson(parts({ long: 'é'.repeat(10_000) }), []).body).toBeInstanceOf(Buffer)
  expect(read(parts({ long: 'é'.repeat(10_000) }), [])).toMatchObject({ long: 'é'.repeat(10_000) })
})

test.each(['', '{', 'null', '[1]', '{}\n'])('an answer of %j is none', (json) => {
  expect(() => renderJson([Buffer.from(json)], [])).toThrow('unavailable')
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
