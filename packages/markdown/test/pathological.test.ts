import { expect, test, vi } from 'vitest'
import { maxMessageLength, mentionsIn } from '../src/index.ts'
import { grammars } from '../src/code/grammars.ts'
import { longestOf } from '../src/code/longest.ts'
import { maxCells } from '../src/plugins/tables.ts'
import { renderClean } from './clean-html.ts'
import { depthOf, elementsOf } from './html-tree.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What is written over and over, separated by `¦`. */
const repeated = [
  '*¦**¦* ¦*a ¦*a **b ¦*a*¦**a**_¦_¦~¦~~¦~~a¦[¦]¦[]¦[](¦[a](¦![¦![a](b¦[a](<b¦[a](b "c¦`¦`` ¦`a``b',
  '>¦> ¦>\n¦> a\n¦- ¦1. ¦-\n¦  - a\n¦- a\n\n¦#¦# ¦|¦a|¦|\n¦$¦$$¦$$a¦$$\\$¦<¦<time:¦<a¦&¦&#¦&a',
  ':¦:a¦:cat:¦::¦:)¦@¦@**¦@*¦@**a¦#**¦#**a>¦#**a>b@1¦http://¦http://a¦http://a(¦(http://a¦,http://a.b/(',
  'a.¦a.a¦a@a¦a@a.¦\\¦"¦\'¦(¦((¦😀¦\u200d¦😀\u200d¦```\n¦```quote\n¦```spoiler a\n¦~~~quote\n```quote\n',
  '```quote\n> ¦> ```quote\n> ¦\t¦ \n¦a\n¦    a\n',
].flatMap((line) => line.split('¦'))

/** Formulas, as long as they may be: the parts that KaTeX makes most of, alone and in each other. */
const formulas: readonly (readonly [what: string, source: string])[] = [
  '\\KaTeX¦é¦\\frac12¦\\pmod{¦\\not¦\\sqrt x¦\\overbrace{¦{¦x^2_1 ¦\\rule{1em}{1em}¦\\left(¦\\hat{¦\\begin{matrix}a&a\\\\',
  '¦\\Set{¦\\operatorname{¦\\xrightarrow{a}¦😀¦\\binom12¦2^{¦\\phase{¦\\mathchoice{x}{x}{x}{¦\\begin{array}{¦\\dots¦\\boxed{',
]
  .join('')
  .split('¦')
  .flatMap((part) => {
    const times = Math.floor(1900 / part.length)
    const closed = Math.floor(1900 / (part.length + 1))
    return [
      part.repeat(times),
      `${part.repeat(closed)}x${'}'.repeat(closed)}`,
      `${part.repeat(12)}x${'}'.repeat(12)}`,
    ]
  })
  .map(
    (tex) =>
      [
        `TeX ${tex.slice(0, 30)}`,
        `${`\`\`\`math\n${tex}\n\`\`\`\n`.repeat(2)}${'$$x$$ '.repeat(900)}`,
      ] as const,
  )

/** Code of every grammar, in as many blocks as a message takes: what patterns try again and again. */
const blocks = Array.from(
  new Map(Array.from(grammars, ([language, { name }]) => [name, longestOf.get(language) ?? 0])),
  ([language, longest]) =>
    ['Aa', '$"', "'\\", '(a', '\n', '<a ', 'a b('].map((part) => {
      const text = part
        .repeat(longest)
        .replace(/[^\n]{200}/g, '$&\n')
        .slice(0, longest - 1)
      const block = `\`\`\`\`${language}\n${text}\n\`\`\`\`\n`
      return [`${language} ${part}`, block.repeat(Math.floor(maxMessageLength / block.length))] as const
    }),
).flat()

const nested: readonly (readonly [what: string, source: string])[] = [
  ['emphasis', `${'*a **b '.repeat(700)}c${' d** e*'.repeat(700)}`],
  ['brackets', `${'['.repeat(4900)}a${']'.repeat(4900)}(x.com)`],
  ['links', `${'[a '.repeat(1500)}b${'](x.com)'.repeat(600)}`],
  ['runs of backticks', Array.from({ length: 130 }, (_, i) => '`'.repeat(i)).join(' ')],
  ['lists', Array.from({ length: 90 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n')],
  ['a table with missing cells', `${'a|'.repeat(40)}\n${'-|'.repeat(40)}\n${'|\n'.repeat(70)}`],
  ['a table without end', `${'a|'.repeat(40)}\n${'-|'.repeat(40)}\n${'|\n'.repeat(4900)}`],
  ['tables of tables', `a|b\n${'-|-\n'.repeat(2400)}`],
]
const sources = [
  ...repeated.map((part) => [part, part.repeat(maxMessageLength / part.length).toWellFormed()] as const),
  ...nested,
  ...formulas,
  ...blocks,
]

// The work of rendering shows in what it makes: these bounds hold it to a multiple of the source.
test.each(sources)('MD-05 %j, as long as a message may be', (_what, source) => {
  const { html, tree } = renderClean(source)
  expect(source.length).toBeLessThanOrEqual(maxMessageLength)
  const typeset = html.includes('class="strut"')
  expect(depthOf(tree)).toBeLessThanOrEqual(typeset ? 105 : 45)
  // Source in the shape of a formula takes some 400 characters more, 300 formulas are the most that are typeset.
  expect(html.length).toBeLessThanOrEqual(100 * source.length + (typeset ? 300_000 : 0))
  expect(Array.from(elementsOf(tree)).length).toBeLessThanOrEqual(8 * source.length + maxCells)
  expect(mentionsIn(source).userNames.length).toBeLessThanOrEqual(source.length)
})
