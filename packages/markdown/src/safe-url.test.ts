import { expect, test } from 'vitest'
import { attachmentOf, isImage, safeHref } from './safe-url.ts'

const home = 'https://chat.example.com'

test.each([
  ['https://a.b/c?d#e', 'https://a.b/c?d#e'],
  ['HTTP://A.b', 'HTTP://A.b'],
  ['mailto:a@b.c', 'mailto:a@b.c'],
  ['tel:+123', 'tel:+123'],
  ['a.b/c', 'http://a.b/c'],
  ['localhost:8080/x', 'http://localhost:8080/x'],
  ['a@b.c', 'mailto:a@b.c'],
  ['a.b/@c', 'http://a.b/@c'],
  ['#narrow/x', '#narrow/x'],
  ['/user_uploads/1/ab/x y.png', '/user_uploads/1/ab/x%20y.png'],
  [`${home}/#narrow/channel/1-a`, '#narrow/channel/1-a'],
  [`${home}/user_uploads/1/ab/x.png`, '/user_uploads/1/ab/x.png'],
  [`${home}/about`, `${home}/about`],
  [`${home}.evil.com/#narrow`, `${home}.evil.com/#narrow`],
])('%s leads to %s', (written, href) => {
  expect(safeHref(written, home)).toBe(href)
})

test.each([
  '',
  ' ',
  '#',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'javascript://a.b',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://a.b/c',
  'itms://x',
  'ftp://x',
  'http:x',
  'https://',
  'https:///x',
  'https:\\\\x',
  'mailto:',
  'mailto:/x',
  '//evil.com',
  '/\\evil.com',
  '\\\\evil.com',
  'foo://',
])('%j leads nowhere', (written) => {
  expect(safeHref(written, home)).toBeNull()
})

test('files and images are known by their addresses', () => {
  expect(attachmentOf('/user_uploads/2/ab/x.txt?y#z')).toBe('2/ab/x.txt')
  expect(attachmentOf('https://a.b/user_uploads/2/ab/x.txt')).toBeNull()
  expect(['/a.PNG', 'https://a.b/c.jpeg?d'].every(isImage)).toBe(true)
  expect(['/a.txt', 'https://a.b/c?d=.png', 'https://png'].some(isImage)).toBe(false)
})
