import { describe, expect, test } from 'vitest'
import { render } from '../here.ts'
import { renderContext } from '../index.ts'

const context = renderContext({ organisationUrl: 'https://chat.example.com' })
const html = (source: string): string => render(source, context).html
const code = (text: string, language = ''): string =>
  `<div class="codehilite"${language && ` data-code-language="${language}"`}><pre><span></span><code>${text}\n</code></pre></div>`
const quote = (inside: string): string => `<blockquote>\n${inside}\n</blockquote>`
const p = (text: string): string => `<p>${text}</p>`

describe('fenced code', () => {
  test.each([
    [
      '```js\na = "<b>"\n```',
      code('a <span class="o">=</span> <span class="s2">&quot;&lt;b&gt;&quot;</span>', 'JavaScript'),
    ],
    ['```PY\nx\n```', code('x', 'Python')],
    ['``` c++ ignored words\nx\n```', code('x', 'C++')],
    ['```\n\n  a\n```', code('\n  a')],
    ['```\na', code('a')],
    ['```\na\n````\nb\n```', code('a\n````\nb')],
    ['````\n```\n````', code('```')],
    ['```js "x\n```', code('', 'JavaScript')],
    ['* a\n  ```\n  b\n  ```\nc', `<ul>\n<li>a${code('b')}\n</li>\n</ul>\n${p('c')}`],
    ['* a\n  ```\n  b\n\nc', `<ul>\n<li>a${code('b')}\n</li>\n</ul>\n${p('c')}`],
    ['    a\n     b  ', code('a\n b')],
    ['    ```\n    a', code('```\na')],
    ['~~~quote\n```js\n```\n~~~', quote(code('', 'JavaScript'))],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test("the organisation's default language holds where none is named", () => {
    const withDefault = { ...context, defaultCodeLanguage: 'python' }
    expect(render('```\na\n```', withDefault).html).toBe(code('a', 'Python'))
    expect(render('```text\na\n```', withDefault).html).toBe(code('a', 'Text only'))
  })
})

describe('quotes and spoilers', () => {
  test.each([
    ['```quote\na\n```\nb', `${quote(p('a'))}\n${p('b')}`],
    ['```quote\n```js\na\n```\nb\n```\nc', `${quote(`${code('a', 'JavaScript')}\n${p('b')}`)}\n${p('c')}`],
    ['```quote\n~~~\n```\n~~~\n```', quote(code('```'))],
    ['```quote\n```quote\na\n```\n```', quote(quote(p('a')))],
    ['```quote\na', quote(p('a'))],
    ['> a\nb', quote(p('a<br>\nb'))],
    ['>\n> a', quote(p('a'))],
    ['>', p('&gt;')],
    ['> a\n> > b', quote(`${p('a')}\n${quote(p('b'))}`)],
    ['a\n> b', `${p('a')}\n${quote(p('b'))}`],
    [
      '```spoiler a *b*\n* c\n```',
      '<div class="spoiler-block"><div class="spoiler-header">\n<p>a <em>b</em></p>\n</div>' +
        '<div class="spoiler-content" aria-hidden="true">\n<ul>\n<li>c</li>\n</ul>\n</div></div>',
    ],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })
})

describe('lists and tables', () => {
  test.each([
    ['- a\n  - b\n    - c', '<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n</ul>'],
    ['1. a\n  7. b', '<ol>\n<li>a\n<ol start="7">\n<li>b</li>\n</ol>\n</li>\n</ol>'],
    ['1. a\n  * b\n2. c', '<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ol>'],
    ['a\n2. b', p('a<br>\n2. b')],
    ['* a\n2. b', '<ul>\n<li>a</li>\n</ul>\n<ol start="2">\n<li>b</li>\n</ol>'],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test('columns are aligned, and there are not too many cells', () => {
    const table = (rows: number) => html(`a|b|c\n-|-|-\n${'1|2|3\n'.repeat(rows)}`)
    expect(html('a|b|c\n:-|:-:|-:\n1|2|3')).toContain('<td style="text-align: center;">2</td>')
    expect(table(998)).toContain('<table>')
    expect(table(999)).not.toContain('<table>')
  })
})

describe('formulas, moments, struck text', () => {
  const tex = (source: string) => {
    const shown = source.replaceAll('<', '&lt;')
    return (
      `<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"><semantics>` +
      `<mrow><mtext>${shown}</mtext></mrow><annotation encoding="application/x-tex">${shown}</annotation></semantics></math></span>` +
      `<span class="katex-html" aria-hidden="true"><span class="base"><span class="mord text">${shown}</span></span></span></span>`
    )
  }

  test.each([
    ['a $$\\def\\a{<}x$$ b', p(`a ${tex('\\def\\a{<}x')} b`)],
    ['a$$x$$', p('a$$x$$')],
    ['$$x$$b', p('$$x$$b')],
    ['$5 $$', p('$5 $$')],
    ['```math\n```', ''],
    ['<time:2026-01-31T10:00Z>', p('<time datetime="2026-01-31T10:00:00Z">2026-01-31T10:00Z</time>')],
    ['<time:"x">', p('<span class="timestamp-error">Invalid time format: "x"</span>')],
    ['<time:x', p('&lt;time:x')],
    ['~~a *b*~~', p('<del>a <em>b</em></del>')],
    ['~a~ ~~~a~~~', p('~a~ ~~~a~~~')],
    ['~~a', p('~~a')],
    ['`a `` b', p('`a `` b')],
    ['``a`b``', p('<code>a`b</code>')],
    ['\\*a\\*', p('\\<em>a\\</em>')],
    ['[~~a](x.com)~~', p('<a href="http://x.com">~~a</a>~~')],
    ['[`a](x.com)`', p('[<code>a](x.com)</code>')],
    ['&lt;b&gt; &nope;', p('&lt;b&gt; &amp;nope;')],
    ['# a\nb', `<h1>a</h1>\n${p('b')}`],
    ['a\n---', `${p('a')}\n<hr>`],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })
})
