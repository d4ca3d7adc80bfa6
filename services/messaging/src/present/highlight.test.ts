import { renderContext } from '@parley/markdown'
import { render } from '@parley/markdown/here'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml, highlight, wordsIn } from './highlight.ts'

const mark = (html: string, ...words: string[]): string => highlight(html, new Set(words))

test.each([
  ['<p>hot tea, Tea</p>', '<p>hot <span class="highlight">tea</span>, Tea</p>'],
  [
    '<a href="/tea" title="a>tea">x tea</a>',
    '<a href="/tea" title="a>tea">x <span class="highlight">tea</span></a>',
  ],
  ["<i title='tea>tea'>x</i>", "<i title='tea>tea'>x</i>"],
  ['&tea; &#39;tea', '&tea; &#39;<span class="highlight">tea</span>'],
  [
    '<math><mi>tea</mi><math>tea</math>tea</math> tea',
    '<math><mi>tea</mi><math>tea</math>tea</math> <span class="highlight">tea</span>',
  ],
  ['teapot', 'teapot'],
  [
    '<span class="katex-display"><span class="katex"><span>tea</span><svg><path d="tea"/></svg></span></span> <span>tea</span>',
    '<span class="katex-display"><span class="katex"><span>tea</span><svg><path d="tea"/></svg></span></span> ' +
      '<span><span class="highlight">tea</span></span>',
  ],
])('in %s only what is read is marked', (html, marked) => {
  expect(mark(html, 'tea', 'a', 'amp')).toBe(marked)
})

test('a word of highlighted code is marked within its span', () => {
  const { html } = render(
    '```py\ntea = "tea"\n```',
    renderContext({ organisationUrl: 'https://acme.example.com' }),
  )
  expect(mark(html, 'tea')).toContain(
    '<code><span class="highlight">tea</span> <span class="o">=</span> ' +
      '<span class="s2">&quot;<span class="highlight">tea</span>&quot;</span>',
  )
})

test('nothing is marked for no words', () => {
  expect(mark('<p>tea</p>')).toBe('<p>tea</p>')
})

test('text that looks like markup is shown as it is', () => {
  expect(mark(escapeHtml(`<b>"tea" & 'lt'</b>`), 'tea', 'b', 'lt', 'quot')).toBe(
    '&lt;<span class="highlight">b</span>&gt;&quot;<span class="highlight">tea</span>&quot; &amp; &#39;' +
      '<span class="highlight">lt</span>&#39;&lt;/<span class="highlight">b</span>&gt;',
  )
})

test('without its marks, what is marked is what was rendered, whatever was written', () => {
  const pieces = [
    'tea',
    ' ',
    '<b title="tea">',
    '&amp;',
    '`',
    '$$',
    '"',
    "'",
    '>',
    '[tea](http://a.b/tea "tea")',
    '\n',
    '**',
    '@**tea**',
    ':tada:',
    '```spoiler tea\ntea\n```',
    '$$\\text{tea}$$',
    '$$\\tea$$',
    '\n```py\ndef tea(tea): return "tea" # tea\n```\n',
    '\n```html\n<tea tea="tea">tea</tea>\n```\n',
    '\n```math\n\\sqrt{\\text{tea}}\n```\n',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const html = render(parts.join(''), renderContext({ organisationUrl: 'https://acme.example.com' })).html
      const marked = highlight(html, wordsIn(html))
      expect(marked.replaceAll(/<span class="highlight">([\p{L}\p{N}\p{M}]+)<\/span>/gu, '$1')).toBe(html)
      const tags = (of: string): string[] => of.match(/<[^>]*>/g) ?? []
      expect(tags(marked).filter((tag) => tag !== '<span class="highlight">' && tag !== '</span>')).toEqual(
        tags(html).filter((tag) => tag !== '</span>'),
      )
    }),
  )
})
