import { seeded, seedOf, size } from '@parley/testkit'
import { expect, test } from 'vitest'
import { diffBudget, htmlDiff } from './html-diff.ts'

const diff = (before: string, now: string): string => htmlDiff(before, now, diffBudget())
const gone = (text: string): string => `<span class="highlight_text_deleted">${text}</span>`
const added = (text: string): string => `<span class="highlight_text_inserted">${text}</span>`

test('what is new is marked, what is gone stands before it, and what stayed stays', () => {
  expect(diff('<p>tea at four</p>', '<p>tea at five</p>')).toBe(
    `<p>tea at ${gone('four')}${added('five')}</p>`,
  )
  expect(diff('<p>tea</p>', '<p>tea, please</p>')).toBe(`<p>tea${added(', please')}</p>`)
  expect(diff('<p>tea, please</p>', '<p>tea</p>')).toBe(`<p>tea</p><p>${gone(', please')}</p>`)
  expect(diff('<p>a</p>', '<p>a</p>')).toBe('<p>a</p>')
  expect(diff('', '<p>a</p>')).toBe(`<p>${added('a')}</p>`)
})

test('tags are those of the newer text, never cut, and nothing stands within a formula', () => {
  expect(diff('<p>a b</p>', '<p>a <strong>b</strong></p>')).toBe('<p>a <strong>b</strong></p>')
  expect(diff('<p><a href="/x y">a</a></p>', '<p><a href="/z y">a</a></p>')).toBe(
    '<p><a href="/z y">a</a></p>',
  )
  const formula = '<math><mi>x</mi></math>'
  expect(diff('<p>a</p>', `<p>${formula} a</p>`)).toBe(`<p>${formula} a</p>`)
  expect(diff('<p>a &lt; b</p>', '<p>a &gt; b</p>')).toBe(`<p>a ${gone('&lt;')}${added('&gt;')} b</p>`)
})

const seed = seedOf(31)
test(`without its marks it is the newer text, and with what is gone alone the older (seed ${seed})`, () => {
  const random = seeded(seed)
  const words: [string, ...string[]] = ['tea', 'cake', ' ', ' ', ',', '&amp;', '😀', '<br>', '\n']
  const text = (): string => Array.from({ length: random.below(30) }, () => random.pick(words)).join('')
  for (let i = 0; i < size(500, 20_000); i++) {
    const [before, now] = [`<p>${text()}</p>`, `<p>${text()}</p>`]
    // Little may be spent on every third: then more is marked, and the same holds.
    const made = htmlDiff(before, now, { left: i % 3 === 0 ? 5 : 1_000_000 })
    const deleted =
      /<p><span class="highlight_text_deleted">[^<]*<\/span><\/p>$|<span class="highlight_text_deleted">[^<]*<\/span>/gu
    const newer = made
      .replace(deleted, '')
      .replace(/<span class="highlight_text_inserted">([^<]*)<\/span>/gu, '$1')
    expect(newer).toBe(now)
    const seen = (html: string): string => html.replace(/<br>|<\/?p>|\s/gu, '')
    const older = made
      .replace(/<span class="highlight_text_inserted">[^<]*<\/span>/gu, '')
      .replace(/<span class="highlight_text_deleted">([^<]*)<\/span>/gu, '$1')
    expect(seen(older)).toBe(seen(before))
  }
})

test('texts that have nothing in common cost no more than they may', () => {
  const long = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join(' ')
  const budget = diffBudget()
  expect(htmlDiff(long('a'), long('b'), budget)).toContain('highlight_text_deleted')
  expect(budget.left).toBeGreaterThan(-10_000)
})
