import { expect, test } from 'vitest'
import { renderContext } from './context.ts'
import { render } from './here.ts'
import { channelLink, cited, codeSpan } from './written.ts'

const context = renderContext({
  organisationUrl: 'https://acme.example.com',
  users: [{ id: 7, fullName: 'Ann' }],
  channels: [{ id: 3, name: 'tea' }],
})
const pieces = [
  'x',
  '*',
  '**',
  '`',
  '``',
  '@**Ann**',
  '@**all**',
  '>',
  '#**tea**',
  '\\',
  '~~~',
  '```',
  '@_',
  ' ',
  '[a](b)',
]
/** Every text of up to three of them. */
const texts = ['', ...pieces].flatMap((a) => ['', ...pieces].flatMap((b) => pieces.map((c) => a + b + c)))

test('what people wrote ends where it ends, and mentions nobody aloud', () => {
  const wrong: string[] = []
  for (const text of texts)
    for (const written of [
      codeSpan(text),
      channelLink(text),
      channelLink('tea', text),
      channelLink(text, 'x'),
    ]) {
      const { html, mentions } = render(`before ${written} **after**`, context)
      const loud = mentions.users.length > 0 || mentions.channelWildcard || mentions.topicWildcard
      if (loud || !html.endsWith('<strong>after</strong></p>')) wrong.push(written)
    }
  expect(wrong.slice(0, 10)).toEqual([])
})

test('a citation ends with its last line', () => {
  const wrong: string[] = []
  for (const text of texts) {
    const { html, mentions } = render(`${cited(`${text}\n${text}`)}\n\n**after**`, context)
    const loud = mentions.users.length > 0 || mentions.channelWildcard || mentions.topicWildcard
    if (loud || !html.endsWith('<p><strong>after</strong></p>')) wrong.push(text)
  }
  expect(wrong.slice(0, 10)).toEqual([])
})

test('a channel that can be linked is', () => {
  expect(render(channelLink('tea'), context).html).toContain('data-stream-id="3"')
  expect(render(channelLink('tea', 'cups'), context).html).toContain('#tea &gt; cups')
})
