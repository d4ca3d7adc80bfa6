import { expect, test } from 'vitest'
import { templateVariables } from './url-template.ts'

test.each([
  ['https://a.org/?c={code}', ['code']],
  ['http://a.org:8080/{+path}{?x,y*}{&z:3}', ['path', 'x', 'y', 'z']],
  ['https://a.org{/path}{#at}', ['path', 'at']],
  ['https://a.org/{a.b}/%20', ['a.b']],
  ['https://a.org', []],
])('%s has %j', (template, names) => {
  expect([...(templateVariables(template) ?? ['none'])]).toEqual(names)
})

test.each([
  'javascript:alert({code})',
  'a.org/{code}',
  '{+scheme}://a.org',
  'https://{host}/',
  'https://a.org{code}',
  'https://a.org@{host}/',
  'https://a.org/{',
  'https://a.org/{}',
  'https://a.org/{a b}',
  'https://a.org/"onclick={code}',
  'https://a.org/ {code}',
  'https://a.org/{a}}',
  '',
])('%j is none', (template) => {
  expect(templateVariables(template)).toBeNull()
})
