import fc from 'fast-check'
import { Matcher, RE2JS } from 're2js'
import { expect, test, vi } from 'vitest'
import { render } from '../here.ts'
import { maxMessageLength, renderContext } from '../index.ts'
import { createLinkifiers, type LinkifierRule, maxLinks, maxSteps, maxTopicSteps } from './linkifiers.ts'
import { maxPatternSize, readPattern } from './pattern.ts'

const issue = { pattern: String.raw`#(?P<id>\d+)`, url_template: 'https://a.org/{id}' }
const rules: readonly LinkifierRule[] = [
  issue,
  { pattern: String.raw`(?P<repo>[a-z]+)#(?P<id>\d+)`, url_template: 'https://b.org/{repo}/{id}' },
  {
    pattern: String.raw`(?P<p>[A-Z]{2,9})-(?P<n>\d+)(?P<l>:[a-z]+)?`,
    url_template: 'https://c.org/{p}{/n}{?l}',
  },
  { pattern: String.raw`C-(?P<n>\d+) (?P<word>\w+)`, url_template: 'https://d.org/{n}{?word}' },
  { pattern: String.raw`\[\[(?P<page>[^\]]+)\]\]`, url_template: 'https://e.org/{+page}' },
]
const linkifiers = createLinkifiers(rules)
const html = (source: string, of = linkifiers): string =>
  render(source, renderContext({ organisationUrl: 'https://chat.example', linkifiers: of })).html
const a = (url: string, text: string): string => `<a href="https://${url}">${text}</a>`
const one = a('a.org/1', '#1')

test.each([
  ['#1', one],
  ['see #1', `see ${one}`],
  ['(#1) "#1" \'#1\' <#1 a:#1,#1', `(${one}) "${one}" '${one}' &lt;${one} a:${one},${one}`],
  ['#1, #1. #1-#1 #1_', `${one}, ${one}. ${one}-#1 ${one}_`],
  ['x#1 -#1 .#1', `${a('b.org/x/1', 'x#1')} -#1 .#1`],
  ['#1x #1é', '#1x #1é'],
  ['\u00a0#1\u2003#1', `\u00a0${one}\u2003${one}`],
  ['#1\n#1', `${one}<br>\n${one}`],
  // Of two the first in the list has it, wherever the other begins.
  ['a#1 #2', `${a('b.org/a/1', 'a#1')} ${a('a.org/2', '#2')}`],
  ['BC-1 word C-1 word', `${a('c.org/BC/1', 'BC-1')} word ${a('d.org/1?word=word', 'C-1 word')}`],
  ['AB-1 AB-1:x', `${a('c.org/AB/1', 'AB-1')} ${a('c.org/AB/1?l=%3Ax', 'AB-1:x')}`],
  ['[[a b/"c]]', a('e.org/a%20b/%22c', '[[a b/"c]]')],
  // Marks around it are none of it.
  ['**#1** *#1* ~~#1~~', `<strong>${one}</strong> <em>${one}</em> <del>${one}</del>`],
  ['*a*#1', '<em>a</em>#1'],
  ['😀#1', expect.stringMatching(/<\/span>#1<\/p>$/)],
  ['# #1', `<h1>${one}</h1>`],
])('%j', (source, wanted: unknown) => {
  const expected: unknown =
    typeof wanted === 'string' && !wanted.startsWith('<h1>') ? `<p>${wanted}</p>` : wanted
  expect(html(source)).toEqual(expected)
})

test.each(['`#1`', '```\n#1\n```', '[#1](https://x.org)', 'https://x.org/,#1', '$$ #1 $$', '<time:#1>'])(
  'none in %j',
  (source) => {
    expect(html(source)).toBe(html(source, createLinkifiers([])))
  },
)

test('a message with a link of theirs has a link', () => {
  const context = renderContext({ organisationUrl: 'https://chat.example', linkifiers })
  expect(render('#1', context).hasLink).toBe(true)
  expect(render('1', context).hasLink).toBe(false)
})

test('links of topics, in the order in which they stand', () => {
  expect(linkifiers.topicLinks('✔ AB-1 and *#1*, x#2 `#3`')).toEqual([
    { text: 'AB-1', url: 'https://c.org/AB/1' },
    { text: 'x#2', url: 'https://b.org/x/2' },
  ])
  expect(linkifiers.topicLinks('#2 #1')).toEqual([
    { text: '#2', url: 'https://a.org/2' },
    { text: '#1', url: 'https://a.org/1' },
  ])
  expect(createLinkifiers([]).topicLinks('#1')).toEqual([])
})

test('long lines are taken apart between words', () => {
  const source = `${'word '.repeat(1_000)}#1 ${'x'.repeat(300)}#1 ${'w'.repeat(300)} #1`
  expect(html(source).split(one)).toHaveLength(3)
})

test('only so many links of one message', () => {
  const alone = createLinkifiers([issue])
  expect(html(`${'#1 '.repeat(maxLinks / 2)}\n`.repeat(3), alone).split(one)).toHaveLength(maxLinks + 1)
  expect(html('#1\n'.repeat(maxLinks + 50), alone).split(one)).toHaveLength(maxLinks + 1)
})

/** Patterns as costly as they may be, that are tried on every text, the first of them in vain. */
const costly = createLinkifiers(
  Array.from({ length: 50 }, (_, i) => ({
    pattern: `(?P<x>(?:(?:a|b|,| )*){9}${'[cd]'.repeat(40)}${i < 49 ? '!' : '!|.'})`,
    url_template: 'https://a.org/{x}',
  })),
)

/** The steps that patterns take at most while something is done: for each search its size times what it may look at. */
function stepsOf(act: () => void): number {
  const matchers = vi.spyOn(RE2JS.prototype, 'matcher')
  const searches = vi.spyOn(Matcher.prototype, 'find')
  act()
  const lengths = new Map<unknown, number>()
  for (const [at, [text]] of matchers.mock.calls.entries())
    lengths.set(matchers.mock.results[at]?.value, typeof text === 'string' ? text.length : Infinity)
  const steps = searches.mock.contexts.map((matcher, at) => {
    const from = searches.mock.calls[at]?.[0] ?? 0
    if (!(matcher instanceof Matcher)) return Infinity
    return ((lengths.get(matcher) ?? Infinity) - from) * matcher.programSize()
  })
  // None is made that is not asked.
  expect(lengths.size).toBe(new Set(searches.mock.contexts).size)
  matchers.mockRestore()
  searches.mockRestore()
  return steps.reduce((sum, one) => sum + one, 0)
}

test('MD-06 only so much is tried: what costs more stays text', () => {
  for (const words of [',a'.repeat(maxMessageLength / 2), ',a '.repeat(3_000), ',a\n'.repeat(3_000)]) {
    const steps = stepsOf(() => html(words, costly))
    expect(steps).toBeLessThanOrEqual(maxSteps)
  }
  expect(stepsOf(() => html(',a '.repeat(3_000), costly))).toBeGreaterThan(maxSteps / 2)
})

test('an answer of many topics takes no more than one of a few, and what is over has no links', () => {
  const topics = Array.from({ length: 5_000 }, (_, i) => `,a ${'b'.repeat(50)} ${i}`)
  const find = costly.beginTopics()
  const found: unknown[] = []
  const steps = stepsOf(() => found.push(...topics.map((topic) => find(topic))))
  expect(steps).toBeGreaterThan(maxTopicSteps - maxSteps)
  expect(steps).toBeLessThanOrEqual(maxTopicSteps)
  expect(found.slice(-1)).toEqual([[]])
})

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `see #${from + i}`)
const linked = (topics: readonly string[]) =>
  topics.map((topic) => [{ text: topic.slice(4), url: `https://a.org/${topic.slice(5)}` }])

test('links of topics are found once, and later what an answer had no steps for', () => {
  const some = createLinkifiers([{ ...issue, pattern: `${issue.pattern}(?:${'[ab]'.repeat(120)})?` }])
  const topics = ids(1_000, 2_000)
  const answer = () => {
    const find = some.beginTopics()
    return topics.map((topic) => find(topic))
  }
  const first = answer()
  const had = first.filter((links) => links.length > 0).length
  expect(first.slice(0, had)).toEqual(linked(topics.slice(0, had)))
  expect(had).toBeLessThan(topics.length)
  const second = answer()
  expect(second.slice(0, 2 * had)).toEqual(linked(topics.slice(0, 2 * had)))
  const few = topics.slice(0, had)
  expect(stepsOf(() => few.map((topic) => some.topicLinks(topic)))).toBe(0)
})

test('a pattern that is left out for want of steps leaves nothing to others', () => {
  const page = { pattern: '#(?P<id>[0-9])', url_template: 'https://b.org/{id}' }
  const both = createLinkifiers([{ ...issue, pattern: `${issue.pattern}(?:${'[ab]'.repeat(120)})?` }, page])
  const find = both.beginTopics()
  const hosts = Array.from({ length: 1_000 }, (_, i) =>
    find(`#${i % 10} ${i}`).map(({ url }) => new URL(url).host),
  )
  expect(hosts[0]).toEqual(['a.org'])
  expect(hosts.at(-1)).toEqual([])
  expect(new Set(hosts.flat())).toEqual(new Set(['a.org']))
})

test('patterns of all sizes on the longest messages of ordinary text', () => {
  const many = createLinkifiers(
    Array.from({ length: 50 }, (_, i) => ({ ...issue, pattern: String.raw`P${i}-(?P<id>\d+)` })),
  )
  const source = 'lorem ipsum P49-7 dolor sit amet '.repeat(300)
  expect(html(source, many).split('<a ').length).toBeGreaterThan(maxLinks / 2)
})

test.each([
  ['a)|(b', 'invalid'],
  ['(a', 'invalid'],
  [String.raw`(?P<a>x)(?P=a)`, 'invalid'],
  [String.raw`(a)\1`, 'invalid'],
  ['(?=a)b', 'invalid'],
  ['(?<!a)b', 'invalid'],
  ['(?P<a>x)(?P<a>y)', 'invalid'],
  ['(?P<linked__>x)', 'invalid'],
  [String.raw`\Q(?P<x>`, 'invalid'],
  ['a{1001}', 'invalid'],
  ['(a{30}){30}', 'large'],
  [`a{${maxPatternSize}}`, 'large'],
])('%j is %s', (pattern, fault) => {
  expect(readPattern(pattern)).toBe(fault)
  expect(createLinkifiers([{ pattern, url_template: 'https://a.org/' }]).topicLinks('a b x')).toEqual([])
})

const read = (source: string) => {
  const pattern = readPattern(source)
  return typeof pattern === 'string' ? null : { groups: [...pattern.groups], literal: pattern.literal }
}

test.each([
  [String.raw`#(?P<id>\d+)`, ['id'], '#'],
  [String.raw`JIRA-(?<id>\d+)`, ['id'], 'JIRA-'],
  [String.raw`(?P<a>x)PR (?P<b>[0-9]{3,6})`, ['a', 'b'], 'PR '],
  [String.raw`abc+d`, [], 'abc'],
  [String.raw`ab?cd`, [], 'cd'],
  [String.raw`ab{0,300}`, null, null],
  [String.raw`ab{0,30}`, [], 'a'],
  [String.raw`x41\x41y`, [], 'x41'],
  [String.raw`[[:alpha:]abc]d`, [], 'd'],
  [String.raw`[\]abc]d`, [], 'd'],
  [String.raw`a|bcd`, [], ''],
  [String.raw`(?i)abc`, [], ''],
  [String.raw`\Qab\E`, [], ''],
])('%s has groups %j and holds %j', (source, groups, literal) => {
  expect(read(source)).toEqual(groups && { groups, literal })
})

test('whatever a pattern finds holds its literal', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'ab',
    '#',
    '-',
    ' ',
    'a?',
    'b*',
    'a+',
    'b{0,2}',
    'a{2}',
    '(?:ab)?',
    '(ab)',
    '(?:a|b)',
    '[ab]',
    '[^b]',
    String.raw`\d`,
    String.raw`\x61`,
    String.raw`\pL`,
    '.',
    'a*?',
    'b??',
    '{',
    ',',
    '1',
    '[[:alpha:]a]',
    '(?i:a)',
    '(?i)',
    '|',
  )
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'A', '#', '-', ' ', '1', ',', '{'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, tried) => {
      const pattern = readPattern(pieces.join(''))
      if (typeof pattern === 'string' || !pattern.expression.matcher(tried).find()) return
      expect(tried).toContain(pattern.literal)
    }),
    { numRuns: 2_000 },
  )
})
