import { expect, test } from 'vitest'
import { siteOf } from './host.ts'

test.each([
  ['localhost', null],
  ['LocalHost:9443', null],
  ['localhost.', null],
  ['127.0.0.1', null],
  ['127.0.0.2:9443', null],
  ['[::1]:9443', null],
  ['acme.localhost', 'acme'],
  ['ACME.localhost:1', 'acme'],
])('%s is site %s', (header, subdomain) => {
  expect(siteOf(header, 'localhost').subdomain).toBe(subdomain)
})

test.each([
  'example.com',
  'a.b.localhost',
  '.localhost',
  '-a.localhost',
  'acme.localhost.evil.com',
  'xlocalhost',
])('%s is nowhere', (header) => {
  expect(() => siteOf(header, 'localhost')).toThrow(
    expect.objectContaining({ code: 'NONEXISTENT_SUBDOMAIN' }),
  )
})

test.each([
  undefined,
  '',
  'a b',
  'user@localhost',
  'localhost/x',
  'localhost:99999x',
  'acme.localhost:1:2',
  'é.localhost',
])('%s is malformed', (header) => {
  expect(() => siteOf(header, 'localhost')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
})
