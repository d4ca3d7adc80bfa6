import fc from 'fast-check'
import { expect, test } from 'vitest'
import { urlTemplate } from './url-template.ts'

test.each([
  ['https://a.org/?c={code}', ['code']],
  ['http://a.org:8080/{+path}{?x,y*}{&z:3}', ['path', 'x', 'y', 'z']],
  ['https://a.org/{path}{#at}', ['path', 'at']],
  ['https://a.org/{a.b}/%20', ['a.b']],
  ['https://a.org', []],
])('%s has %j', (template, names) => {
  expect([...(urlTemplate(template)?.variables ?? ['none'])]).toEqual(names)
})

test.each([
  'javascript:alert({code})',
  'a.org/{code}',
  '{+scheme}://a.org',
  'https://{host}/',
  'https://a.org{code}',
  'https://a.org{/a}{+b}',
  'https://a.org{?a}{+b}',
  'https://a.org{#a}',
  'https://a.org:99999/{code}',
  'https://1.2.3.999/{code}',
  'https://a.org@{host}/',
  'https://a.org/{',
  'https://a.org/{}',
  'https://a.org/{a b}',
  'https://a.org/"onclick={code}',
  'https://a.org/ {code}',
  'https://a.org/{a}}',
  '',
])('%j is none', (template) => {
  expect(urlTemplate(template)).toBeNull()
})

// The examples of RFC 6570 (sections 1.2 and 3.2) whose values are texts.
const values = {
  var: 'value',
  hello: 'Hello World!',
  half: '50%',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  empty: '',
  who: 'fred',
  v: '6',
  x: '1024',
  y: '768',
  undef: undefined,
}
test.each([
  ['{var}', 'value'],
  ['{hello}', 'Hello%20World%21'],
  ['{half}', '50%25'],
  ['O{empty}X', 'OX'],
  ['O{undef}X', 'OX'],
  ['{x,y}', '1024,768'],
  ['{x,hello,y}', '1024,Hello%20World%21,768'],
  ['?{x,empty}', '?1024,'],
  ['?{x,undef}', '?1024'],
  ['?{undef,y}', '?768'],
  ['{var:3}', 'val'],
  ['{var:30}', 'value'],
  ['{+var}', 'value'],
  ['{+hello}', 'Hello%20World!'],
  ['{+half}', '50%25'],
  ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
  ['{+base}index', 'http://example.com/home/index'],
  ['O{+empty}X', 'OX'],
  ['{+path}/here', '/foo/bar/here'],
  ['here?ref={+path}', 'here?ref=/foo/bar'],
  ['up{+path}{var}/here', 'up/foo/barvalue/here'],
  ['{+x,hello,y}', '1024,Hello%20World!,768'],
  ['{+path:6}/here', '/foo/b/here'],
  ['{#hello}', '#Hello%20World!'],
  ['{#half}', '#50%25'],
  ['foo{#empty}', 'foo#'],
  ['foo{#undef}', 'foo'],
  ['{#path,x}/here', '#/foo/bar,1024/here'],
  ['{.who,who}', '.fred.fred'],
  ['X{.empty}', 'X.'],
  ['{/var,x}/here', '/value/1024/here'],
  ['{/var:1,var}', '/v/value'],
  ['{/var,empty}', '/value/'],
  ['{/var,undef}', '/value'],
  ['{;v,empty,who}', ';v=6;empty;who=fred'],
  ['{;hello:5}', ';hello=Hello'],
  ['{?x,y,empty}', '?x=1024&y=768&empty='],
  ['{?x,y,undef}', '?x=1024&y=768'],
  ['{&x,y,empty}', '&x=1024&y=768&empty='],
  ['{&var:3}', '&var=val'],
  ['{who*}', 'fred'],
  ['{?who*}', '?who=fred'],
])('%s is written %s', (template, wanted) => {
  expect(urlTemplate(`https://a.org/${template}`)?.expand(values)).toBe(`https://a.org/${wanted}`)
})

test('what is written as in addresses stays, and what no address holds is encoded', () => {
  const template = urlTemplate('https://a.org/{+a}')
  expect(template?.expand({ a: '%2Fé😀"<>\\' })).toBe('https://a.org/%2F%C3%A9%F0%9F%98%80%22%3C%3E%5C')
  expect(urlTemplate('https://a.org/{constructor}')?.expand({})).toBe('https://a.org/')
})

test('no value changes where it leads, nor that there is none', () => {
  const operator = fc.constantFrom('', '+', '#', '.', '/', ';', '?', '&')
  const part = fc.oneof(
    operator.chain((of) => fc.constantFrom(`{${of}a}`, `{${of}b}`, `{${of}a,b}`, `{${of}b:2}`)),
    fc.constantFrom('', '/', '?', '#', '.', ':', '@', 'x', '//', '..'),
  )
  const value = fc.option(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('@evil.com/x', '.evil.com', ':80@evil.com', '//evil.com', '/../..', '\\\\evil.com'),
    ),
  )
  const place = fc.constantFrom('https://a.org', 'http://a.org:8080', 'https://a.org/', 'https://a.org?x#')
  fc.assert(
    fc.property(place, fc.array(part, { maxLength: 4 }), value, value, (begin, parts, a, b) => {
      const source = begin + parts.join('')
      const template = urlTemplate(source)
      if (!template) return
      const url = template.expand({ a: a && a.toWellFormed(), b: b && b.toWellFormed() })
      expect(url).toMatch(/^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/)
      // What is written out before the path, without any expression.
      const [written = ''] = /^https?:\/\/[^/?#]*/.exec(source) ?? []
      expect(written).not.toContain('{')
      expect(new URL(url ?? '').origin).toBe(new URL(written).origin)
    }),
    { numRuns: 1000 },
  )
})
