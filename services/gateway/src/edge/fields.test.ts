import { expect, test } from 'vitest'
import { addField, type Fields, noFields, queryOf, readUrlencoded, utf8 } from './fields.ts'

const read = (text: string): Fields => {
  const fields = noFields()
  readUrlencoded(text, fields)
  return { ...fields }
}

test('reads names and values, plus signs and escapes', () => {
  expect(read('a=1&b=x+y%20z&c=&d&%C3%A9=%F0%9F%98%80&&e==')).toEqual({
    a: '1',
    b: 'x y z',
    c: '',
    d: '',
    é: '😀',
    e: '=',
  })
})

test('the last of two equal names wins', () => {
  expect(read('a=1&a=2')).toEqual({ a: '2' })
})

test('prototype names are ordinary names', () => {
  const fields = noFields()
  readUrlencoded('__proto__=1&constructor=2', fields)
  expect(Object.keys(fields)).toEqual(['__proto__', 'constructor'])
})

test.each(['a=%', 'a=%zz', 'a=%ff', 'a=%ed%a0%80', '%c3=1'])('refuses %s', (text) => {
  expect(() => read(text)).toThrow('Malformed URL encoding')
})

test('the number and length of names are bounded', () => {
  const many = Array.from({ length: 1001 }, (_, i) => `a${i}=1`).join('&')
  expect(() => read(many)).toThrow('Too many parameters')
  expect(() => read('a=1&'.repeat(1002))).toThrow('Too many parameters')
  expect(() => {
    addField(noFields(), 'x'.repeat(201), '')
  }).toThrow('Parameter name too long')
})

test('raw bytes of a query string must be UTF-8', () => {
  expect(queryOf('/x')).toBe('')
  expect(queryOf(`/x?a=${Buffer.from('é').toString('latin1')}`)).toBe('a=é')
  expect(() => queryOf('/x?a=\xff')).toThrow('not valid UTF-8')
  expect(() => utf8(Uint8Array.of(0xc0, 0x80))).toThrow('not valid UTF-8')
})
