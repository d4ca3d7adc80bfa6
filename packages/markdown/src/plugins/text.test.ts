import { describe, expect, test } from 'vitest'
import { emoticons, emojiNameOf } from '../emoji/table.ts'
import { render } from '../here.ts'
import { emojiCode, emojiNames, renderContext } from '../index.ts'

const context = {
  ...renderContext({ organisationUrl: 'https://chat.example.com' }),
  customEmoji: new Map([['tick', '/user_avatars/1/emoji/images/1.png']]),
}
const inner = (source: string, translateEmoticons = false): string =>
  render(source, { ...context, translateEmoticons }).html.replace(/^<p>|<\/p>$/g, '')
const a = (href: string, text = href): string => `<a href="${href}">${text}</a>`
const span = (name: string, code: string): string =>
  `<span aria-label="${name.replaceAll('_', ' ')}" class="emoji emoji-${code}" role="img" title="${name.replaceAll('_', ' ')}">:${name}:</span>`

describe('bare addresses', () => {
  test.each([
    ['http://localhost:9991/x', a('http://localhost:9991/x')],
    ['**http://x.com**', `<strong>${a('http://x.com')}</strong>`],
    ['*see x.com*', `<em>see ${a('http://x.com', 'x.com')}</em>`],
    ['a_b http://x.com/a_b_c d_e', `a_b ${a('http://x.com/a_b_c')} d_e`],
    ['http://x.com/[a]', a('http://x.com/[a]')],
    ['write to a.b+c@x.org, now', `write to ${a('mailto:a.b+c@x.org', 'a.b+c@x.org')}, now`],
    ['"x.com/a"', `"${a('http://x.com/a', 'x.com/a')}"`],
    ['x.com:80/a?b=c&d#e.', `${a('http://x.com:80/a?b=c&amp;d#e', 'x.com:80/a?b=c&amp;d#e')}.`],
    [
      'https://chat.example.com/#narrow/is/starred',
      a('#narrow/is/starred', 'https://chat.example.com/#narrow/is/starred'),
    ],
    ['http://x.com/:cat:/b', a('http://x.com/:cat:/b')],
    ['`x.com`', '<code>x.com</code>'],
    ['[x.com y](z.com)', a('http://z.com', 'x.com y')],
    ['[http://a.com](http://b.com)', a('http://b.com', 'http://a.com')],
  ])('%s', (source, expected) => {
    expect(inner(source)).toBe(expected)
  })

  test.each([
    'e.g. this',
    'a.b.c',
    'x@y',
    'a@b.md',
    'main.py',
    'http://',
    'http://x.com/(a',
    'http://x.com/(a]',
    `http://x.com/${'a'.repeat(2050)}`,
    'http://x.com\\a',
    'a@x.com/b',
    '1.5 and 3.14',
    'ahttp://x.comfoo',
  ])('%s is text', (source) => {
    expect(inner(source)).toBe(source)
  })
})

describe('links', () => {
  test.each([
    ['[a](x.com "b & \\"c\\"")', '<a href="http://x.com" title="b &amp; &quot;c&quot;">a</a>'],
    ['[a]( <x.com/b c> )', a('http://x.com/b%20c', 'a')],
    ['[ ](x.com)', a('http://x.com')],
    ['[a [b] c](x.com)', a('http://x.com', 'a [b] c')],
    ['[a [b](y.com) c](x.com)', a('http://x.com', 'a [b](y.com) c')],
    ['[`]`](x.com)', a('http://x.com', '<code>]</code>')],
    ['[*a*](x.com)', a('http://x.com', '<em>a</em>')],
    ['![cat](x.com/cat.png)', a('http://x.com/cat.png', 'cat')],
    ['![](x.com/cat.png)', a('http://x.com/cat.png')],
    ['[a](x.com', '[a](<a href="http://x.com">x.com</a>'],
    ['[a](x.com "b)', `[a](${a('http://x.com', 'x.com')} "b)`],
    ['[a] (x)', '[a] (x)'],
    ['[a]()', '[a]()'],
    ['a] [b', 'a] [b'],
    ['[a', '[a'],
    ['!', '!'],
    ['[a](data:x)', '[a](data:x)'],
  ])('%s', (source, expected) => {
    expect(inner(source)).toBe(expected)
  })

  test('what a message is searched by is kept', () => {
    expect(render('plain :cat: @**x**', context)).toMatchObject({
      hasLink: false,
      hasImage: false,
      hasAttachment: false,
    })
    expect(render('x.com', context)).toMatchObject({ hasLink: true, hasImage: false, hasAttachment: false })
    expect(render('![a](x.com/a.png)', context)).toMatchObject({ hasLink: true, hasImage: true })
    expect(render('[a](/user_uploads/1/ab/a.txt) [b](/user_uploads/1/ab/a.txt)', context)).toMatchObject({
      hasAttachment: true,
      attachments: ['1/ab/a.txt'],
    })
    expect(render('`[a](/user_uploads/1/ab/a.txt)`', context).hasAttachment).toBe(false)
  })
})

describe('emoji', () => {
  test.each([
    [':tick:', '<img alt=":tick:" class="emoji" src="/user_avatars/1/emoji/images/1.png" title="tick">'],
    [':constructor: :toString:', ':constructor: :toString:'],
    ['a:cat:b', `a${span('cat', '1f408')}b`],
    [':+1:', span('+1', '1f44d')],
    ['🇩🇪', span('flag_germany', '1f1e9-1f1ea')],
    ['1️⃣', span('one', '0031-20e3')],
    ['☺\ufe0e', '☺\ufe0e'],
    ['[:cat:](x.com)', a('http://x.com', span('cat', '1f408'))],
    [':cat', ':cat'],
  ])('%s', (source, expected) => {
    expect(inner(source)).toBe(expected)
  })

  test('emoticons are translated where they stand alone', () => {
    for (const [emoticon, name] of Object.entries(emoticons)) {
      const escaped = emoticon.replace('<', '&lt;')
      const shown = span(name, emojiCode(name) ?? '')
      expect(inner(`a ${emoticon} b`, true)).toBe(`a ${shown} b`)
      expect(inner(`a ${emoticon} b`)).toBe(`a ${escaped} b`)
      expect(inner(`a${emoticon}b`, true)).toBe(`a${escaped}b`)
    }
    expect(inner('x.com/:D/b', true)).toBe(a('http://x.com/:D/b', 'x.com/:D/b'))
  })

  test('every name leads to its code, and characters to the shown name', () => {
    for (const [code, names] of emojiNames) {
      expect(names.map(emojiCode)).toEqual(names.map(() => code))
      const characters = String.fromCodePoint(...code.split('-').map((point) => Number.parseInt(point, 16)))
      expect(emojiNameOf(characters)).toBe(names[0])
      expect(inner(characters)).toBe(span(names[0] ?? '', code))
    }
    expect(emojiNameOf('x')).toBeUndefined()
  })
})
