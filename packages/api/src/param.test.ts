import { AppError } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  alias,
  bool,
  file,
  int,
  json,
  nullable,
  optional,
  type Params,
  parseParams,
  pathInt,
  text,
  withDefault,
  word,
} from './param.ts'

const parse = (params: Params, fields: Record<string, string>, path: Record<string, string> = {}) =>
  parseParams(params, { path, fields })

function failure(params: Params, fields: Record<string, string>): AppError {
  try {
    parse(params, fields)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('each kind of parameter is parsed by its encoding', () => {
  const params = {
    id: pathInt(),
    topic: text(60),
    anchor: int(),
    flag: bool(),
    op: word(['add', 'remove']),
    to: json(z.array(z.int())),
    types: nullable(json(z.array(z.string()))),
    count: withDefault(int(), 7),
    seen: optional(bool()),
  }
  const fields = { topic: 'a', anchor: '5', flag: 'true', op: 'add', to: '[1,2]', types: 'null', extra: 'x' }
  expect(parse(params, fields, { id: '3' })).toEqual({
    input: { id: 3, topic: 'a', anchor: 5, flag: true, op: 'add', to: [1, 2], types: null, count: 7 },
    ignored: ['extra'],
  })
})

test('aliases are one parameter', () => {
  const params = { topic: alias(text(60), 'subject') }
  expect(parse(params, { subject: 'x' }).input).toEqual({ topic: 'x' })
  const both = failure(params, { subject: 'x', topic: 'y' })
  expect([both.code, both.data]).toEqual([
    'REQUEST_CONFUSING_VAR',
    { var_name1: 'topic', var_name2: 'subject' },
  ])
})

test.each([
  [{ n: int() }, {}, 'REQUEST_VARIABLE_MISSING', "Missing 'n' argument"],
  [{ n: int() }, { n: '"1"' }, 'REQUEST_VARIABLE_INVALID', 'n is not an integer'],
  [{ n: int() }, { n: 'x' }, 'REQUEST_VARIABLE_INVALID', 'n is not an integer'],
  [{ n: int() }, { n: '1.5' }, 'REQUEST_VARIABLE_INVALID', 'n is not an integer'],
  [{ n: int(0, 5) }, { n: '6' }, 'REQUEST_VARIABLE_INVALID', 'Invalid n'],
  [{ b: bool() }, { b: '1' }, 'REQUEST_VARIABLE_INVALID', 'b is not a boolean'],
  [{ l: json(z.array(z.int())) }, { l: '{}' }, 'REQUEST_VARIABLE_INVALID', 'l is not a list'],
  [{ l: json(z.array(z.int())) }, { l: '[1,"x"]' }, 'REQUEST_VARIABLE_INVALID', 'l[1] is not an integer'],
  [{ l: json(z.array(z.int())) }, { l: '[1' }, 'REQUEST_VARIABLE_INVALID', 'l is not valid JSON'],
  [{ o: json(z.object({ a: z.string() })) }, { o: '[]' }, 'REQUEST_VARIABLE_INVALID', 'o is not a dict'],
  [
    { o: json(z.object({ a: z.string() })) },
    { o: '{"a":1}' },
    'REQUEST_VARIABLE_INVALID',
    'o["a"] is not a string',
  ],
  [{ t: text(3) }, { t: 'abcd' }, 'REQUEST_VARIABLE_INVALID', 't is too long (limit: 3 characters)'],
  [{ t: text(3) }, { t: '\0' }, 'REQUEST_VARIABLE_INVALID', 'Invalid t'],
  [{ t: text(3) }, { t: '\ud800' }, 'REQUEST_VARIABLE_INVALID', 'Invalid t'],
  [{ w: word(['a']) }, { w: 'b' }, 'REQUEST_VARIABLE_INVALID', 'Invalid w'],
  [{ s: json(z.string().min(1)) }, { s: '""' }, 'REQUEST_VARIABLE_INVALID', 's cannot be blank'],
] satisfies [Params, Record<string, string>, string, string][])(
  '%j %j is refused',
  (params, fields, code, message) => {
    const error = failure(params, fields)
    expect([error.code, error.message]).toEqual([code, message])
  },
)

test('nesting is bounded before anything is parsed; brackets in strings do not count', () => {
  const params = { o: json(z.unknown()) }
  expect(failure(params, { o: '['.repeat(100_000) }).message).toBe('o is not valid JSON')
  expect(parse(params, { o: JSON.stringify('[\\"['.repeat(100)) }).ignored).toEqual([])
})

test('no text makes anything but a value or an AppError', () => {
  const params = { n: optional(int()), o: optional(json(z.object({ a: z.int() }))), t: optional(text(10)) }
  const outcome = (fields: Record<string, string>): unknown => {
    try {
      return parse(params, fields).input
    } catch (error) {
      return error
    }
  }
  const fields = fc.dictionary(fc.constantFrom('n', 'o', 't', 'x'), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fields, (given) => {
      const result = outcome(given)
      expect(!(result instanceof Error) || result instanceof AppError).toBe(true)
    }),
  )
})

test('inherited names are no parameters', () => {
  expect(failure({ constructor: text() }, {}).code).toBe('REQUEST_VARIABLE_MISSING')
})

test('a file comes as its bytes, or not at all, and is held against its bound', () => {
  const take = (encoded: string | undefined) =>
    parseParams({ image: file(1) }, { path: {}, fields: { image: 'no file' }, file: encoded })
  expect(take(btoa('bytes'))).toEqual({ input: { image: Buffer.from('bytes') }, ignored: ['image'] })
  expect(take(undefined).input.image).toBeUndefined()
  const large = Buffer.alloc(1024 * 1024 + 1).toString('base64')
  expect(() => take(large)).toThrow('Uploaded file is larger than the allowed limit of 1 MiB')
})
