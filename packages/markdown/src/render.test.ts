import { describe, expect, test } from 'vitest'
import { render } from './here.ts'
import { renderContext } from './index.ts'
import type { RenderContext } from './index.ts'

const context: RenderContext = {
  ...renderContext({
    organisationUrl: 'https://chat.example.com',
    users: [
      { id: 7, fullName: 'Zoe' },
      { id: 8, fullName: 'Iago <b>' },
      { id: 9, fullName: 'Sam' },
      { id: 10, fullName: 'sam' },
    ],
    groups: [{ id: 3, name: 'Backend' }],
    channels: [
      { id: 1, name: 'Denmark' },
      { id: 2, name: 'a & b (c).d' },
    ],
  }),
  customEmoji: new Map([['green_tick', '/user_avatars/1/emoji/images/1.png']]),
  latestMessage: (channelId, topic) => (channelId === 1 && topic === 'known' ? 55 : undefined),
}
const html = (source: string): string => render(source, context).html
const inner = (source: string): string => html(source).replace(/^<p>|<\/p>$/g, '')

describe('mentions of people', () => {
  const zoe = '<span class="user-mention" data-user-id="7">@Zoe</span>'
  const silentZoe = '<span class="user-mention silent" data-user-id="7">Zoe</span>'

  test.each(['@**Zoe**', '@**zoe**', '@**Zoe|7**', '@**|7**'])('%s', (source) => {
    const rendered = render(source, context)
    expect(rendered.html).toBe(`<p>${zoe}</p>`)
    expect(rendered.mentions.users).toEqual([7])
  })

  test.each(['@_**Zoe**', '@_**Zoe|7**', '@_**|7**'])('%s is silent', (source) => {
    const rendered = render(source, context)
    expect(rendered.html).toBe(`<p>${silentZoe}</p>`)
    expect(rendered.mentions.users).toEqual([])
  })

  test('the name is escaped', () => {
    expect(inner('@**|8**')).toBe('<span class="user-mention" data-user-id="8">@Iago &lt;b&gt;</span>')
  })

  test('a name that several bear needs the id', () => {
    expect(inner('@**Sam**')).toBe('@<strong>Sam</strong>')
    expect(inner('@**Sam|9**')).toBe('<span class="user-mention" data-user-id="9">@Sam</span>')
  })

  test.each([
    '@**Nobody**',
    '@**Nobody|7**',
    '@**Zoe|99**',
    '@**|99**',
    '@****',
    'x@**Zoe**',
    '@* *',
    '@**Zoe',
    '@** **',
  ])('%s is text', (source) => {
    const rendered = render(source, context)
    expect(rendered.html).not.toContain('user-mention')
    expect(rendered.mentions.users).toEqual([])
  })

  test('they are silent in quotes and nothing in code', () => {
    for (const source of [
      '> @**Zoe**',
      '```quote\n@**Zoe**\n```',
      '~~~quote\n> deep @**Zoe**\n~~~',
      '* > @**Zoe**',
    ]) {
      const rendered = render(source, context)
      expect(rendered.html).toContain(silentZoe)
      expect(rendered.mentions.users).toEqual([])
    }
    for (const source of ['`@**Zoe**`', '```\n@**Zoe**\n```', '    @**Zoe**', '$$@**Zoe**$$'])
      expect(render(source, context).mentions.users).toEqual([])
    expect(render('> quoted\n\n@**Zoe**', context).mentions.users).toEqual([7])
  })

  test('they count once, also in lists, tables, headings, spoilers and links', () => {
    const source =
      '# @**Zoe**\n* @**Zoe**\n\na|b\n-|-\n@**Zoe**|x\n\n```spoiler @**Zoe**\n@**Zoe|7**\n```\n[@**Zoe**](x.com)'
    const rendered = render(source, context)
    expect(rendered.mentions.users).toEqual([7])
    expect(rendered.html.split(zoe)).toHaveLength(7)
  })
})

describe('mentions of many', () => {
  test.each(['all', 'everyone', 'channel', 'stream'])('@**%s**', (name) => {
    const rendered = render(`@**${name}**`, context)
    expect(rendered.html).toBe(
      `<p><span class="user-mention channel-wildcard-mention" data-user-id="*">@${name}</span></p>`,
    )
    expect([rendered.mentions.channelWildcard, rendered.mentions.topicWildcard]).toEqual([true, false])
    const silent = render(`@_**${name}**`, context)
    expect(silent.html).toBe(
      `<p><span class="user-mention channel-wildcard-mention silent" data-user-id="*">${name}</span></p>`,
    )
    expect(silent.mentions.channelWildcard).toBe(false)
  })

  test('@**topic**', () => {
    const rendered = render('@**topic**', context)
    expect(rendered.html).toBe('<p><span class="topic-mention">@topic</span></p>')
    expect([rendered.mentions.channelWildcard, rendered.mentions.topicWildcard]).toEqual([false, true])
    expect(render('> @**topic**', context).mentions.topicWildcard).toBe(false)
  })

  test('groups', () => {
    const rendered = render('@*backend* @_*Backend* @*nothing*', context)
    expect(rendered.html).toBe(
      '<p><span class="user-group-mention" data-user-group-id="3">@Backend</span> ' +
        '<span class="user-group-mention silent" data-user-group-id="3">Backend</span> @<em>nothing</em></p>',
    )
    expect(rendered.mentions.groups).toEqual([3])
    expect(render('@_*Backend*', context).mentions.groups).toEqual([])
  })
})

describe('links to conversations', () => {
  test.each([
    ['#**denmark**', '<a class="stream" data-stream-id="1" href="/#narrow/channel/1-Denmark">#Denmark</a>'],
    [
      '#**a & b (c).d**',
      '<a class="stream" data-stream-id="2" href="/#narrow/channel/2-a-.26-b-.28c.29.2Ed">#a &amp; b (c).d</a>',
    ],
    [
      '#**Denmark>new (1)**',
      '<a class="stream-topic" data-stream-id="1" href="/#narrow/channel/1-Denmark/topic/new.20.281.29">#Denmark &gt; new (1)</a>',
    ],
    [
      '#**Denmark>known**',
      '<a class="stream-topic" data-stream-id="1" href="/#narrow/channel/1-Denmark/topic/known/with/55">#Denmark &gt; known</a>',
    ],
    [
      '#**Denmark>**',
      '<a class="stream-topic" data-stream-id="1" href="/#narrow/channel/1-Denmark/topic/">#Denmark &gt; <em>general chat</em></a>',
    ],
    [
      '#**Denmark>t@12**',
      '<a class="message-link" href="/#narrow/channel/1-Denmark/topic/t/near/12">#Denmark &gt; t @ 💬</a>',
    ],
  ])('%s', (source, expected) => {
    const rendered = render(source, context)
    expect(rendered.html).toBe(`<p>${expected}</p>`)
    expect(rendered.channels).toHaveLength(1)
    expect(rendered.hasLink).toBe(false)
  })

  test('unknown channels, and links in links, are text', () => {
    expect(inner('#**nowhere**')).toBe('#<strong>nowhere</strong>')
    expect(inner('x#**Denmark**')).toBe('x#<strong>Denmark</strong>')
    expect(inner('[#**Denmark**](x.com)')).toBe('<a href="http://x.com">#<strong>Denmark</strong></a>')
  })
})

describe('/me', () => {
  test.each([
    ['/me waves', true],
    ['/me *waves*\nand goes', true],
    ['/me', false],
    ['/me\n\n* a list', false],
    ['/me waves\n\n> quote', false],
    ['me waves', false],
    [' /me waves', false],
  ])('%j: %s', (source, expected) => {
    expect(render(source, context).isMeMessage).toBe(expected)
  })
})
