import { expect, test } from 'vitest'
import { checkCsrf, checkOrigin, cookie, csrfCookie, setCookie } from './cookies.ts'

test('a cookie counts only where it is given once and well-formed', () => {
  expect(cookie('a=1; b=2', 'b')).toBe('2')
  expect([
    cookie('a=1; a=2', 'a'),
    cookie('xa=1', 'a'),
    cookie('a=b c', 'a'),
    cookie(undefined, 'a'),
  ]).toEqual([null, null, null, null])
})

test.each([
  [undefined, 't', 'CSRF cookie not set.'],
  [`${csrfCookie}=t`, undefined, 'CSRF token missing.'],
  [`${csrfCookie}=t`, '', 'CSRF token missing.'],
  [`${csrfCookie}=t`, 'u', 'CSRF token incorrect.'],
])('GW-11 cookie %s with token %s: %s', (header, said, reason) => {
  expect(() => {
    checkCsrf(header, said)
  }).toThrow(expect.objectContaining({ code: 'CSRF_FAILED', data: { reason } }))
})

test('the same token twice passes', () => {
  checkCsrf(`${csrfCookie}=t0k-en`, 't0k-en')
  expect(setCookie('x', 'y', 0)).toContain('Max-Age=0')
})

test('an origin must be this very host', () => {
  checkOrigin(undefined, 'localhost:9443')
  checkOrigin('https://LOCALHOST:9443', 'localhost:9443')
  for (const origin of ['null', 'http://localhost:9443', 'https://evil.test', 'https://localhost'])
    expect(() => {
      checkOrigin(origin, 'localhost:9443')
    }).toThrow('CSRF error')
})
