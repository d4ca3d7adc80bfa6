import { askToJoin, confirmEmail, join, type Operation } from '@parley/api'
import { expect, test } from 'vitest'
import { pages } from './pages.ts'

const textOf = (path: string): string => pages[path]?.bytes.toString() ?? ''

test.each([
  ['/join', join],
  ['/join/ask', askToJoin],
  ['/email', confirmEmail],
] satisfies [string, Operation][])(
  'the form at %s asks for what its operation takes',
  (path, { path: api, params }) => {
    const html = textOf(path)
    expect(html).toContain(`data-post="${api}"`)
    const fields = [...html.matchAll(/<input[^>]* ?name="(\w+)"/g)].map(([, name]) => name)
    expect(new Set([...fields, 'secret'])).toEqual(new Set(Object.keys(params)))
  },
)

test('a page loads nothing but what is here', () => {
  const loaded = Object.keys(pages).flatMap((path) =>
    [...textOf(path).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to = '']) => to),
  )
  expect(new Set(loaded)).toEqual(new Set(['/static/pages/page.css', '/static/pages/page.js']))
  expect(loaded.every((path) => pages[path])).toBe(true)
  for (const { headers } of Object.values(pages)) {
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(headers['cache-control']).toBe('private, no-store')
  }
})

test('a page holds no script and no style of its own, which its policy would refuse', () => {
  for (const path of ['/join', '/join/ask', '/email'])
    expect(textOf(path)).not.toMatch(/<style|<script[^>]*>[^<]| style=| on\w+=/)
})
