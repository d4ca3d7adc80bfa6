import { expect, test, vi } from 'vitest'
import { renderClean } from '../test/clean-html.ts'
import { elementsOf, textOf } from '../test/html-tree.ts'

const sources = (source: string): string[] =>
  Array.from(elementsOf(renderClean(source).tree)).flatMap(({ tag, children }) =>
    tag === 'annotation' ? [textOf(children)] : [],
  )
/** Formulas that stand there as their source. */
const asSource = (source: string): number =>
  renderClean(source).html.split('<span class="base"><span class="mord text">').length - 1

test.each([
  ['$$x$$', 'x'],
  ['```math\n\\frac12\n```', '\\frac12'],
  ['$$\\text{<b>"\'}\\href{javascript:x}{\\&}$$', '\\text{<b>"\'}\\href{javascript:x}{\\&}'],
])('%j is typeset, and holds its source', (source, ...tex) => {
  expect(sources(source)).toEqual(tex)
  expect(asSource(source)).toBe(0)
  expect(renderClean(source).html).toContain('<span class="strut"')
})

test.each([
  ['$$\\nope <b>$$', '<p><span class="tex-error">$$\\nope &lt;b&gt;$$</span></p>'],
  ['```math\n\\nope *a*\n```', '<p><span class="tex-error">\\nope *a*</span></p>'],
  ['$$\\frac{$$', '<p><span class="tex-error">$$\\frac{$$</span></p>'],
])('%j is wrong, and is shown as it is written', (source, html) => {
  expect(renderClean(source).html).toBe(html)
})

const block = (tex: string): string => `\`\`\`math\n${tex}\n\`\`\``
test.each([
  ['too long', block('x'.repeat(2001))],
  ['nested too deep', block(`${'\\frac1{'.repeat(20)}x${'}'.repeat(20)}`)],
  ['nested until the stack is full', block(`${'\\left('.repeat(140)}${'\\right)'.repeat(140)}`)],
  ['too much HTML', block('é'.repeat(1900))],
  ['a definition', block('\\def\\a{xx}\\a')],
  ['a new command', '$$\\renewcommand{\\a}{x}\\a$$'],
  ['what is raised too high', block('\\overset{\\raisebox{-36em}{x}}{y}')],
  ['what is lowered too far', '$$\\raisebox{-51em}{x}$$'],
  ['what is out of all numbers', `$$\\raisebox{-${'9'.repeat(400)}em}{x}$$`],
  ['a rule below its line', block('\\rule[-4000pt]{1em}{1em}')],
  ['space taken back', '$$x\\kern-51em y$$'],
  ['space taken back bit by bit', block(`x${'\\kern-10em'.repeat(6)}`)],
  ['a line above what is before', block('a\\\\[-5000em]b')],
  ['what is too high', block('a\\\\'.repeat(10) + '\\begin{matrix}' + 'a\\\\'.repeat(95) + '\\end{matrix}')],
  ['a message to the console', block('\\message{secret}')],
])('%s stays source', (_what, source) => {
  expect(asSource(source)).toBe(1)
  expect(renderClean(source).html).not.toContain('strut')
})

test('what is left of a message beyond its share is source', () => {
  expect(asSource('$$x$$ '.repeat(305))).toBe(5)
  expect(asSource(`${block('x'.repeat(1900))}\n`.repeat(3))).toBe(1)
  expect(asSource(`${block(`\\text{${'é'.repeat(400)}}`)}\n`.repeat(2))).toBe(1)
})

test.each([
  '\\raisebox{-40em}{x}',
  'x\\kern-49em y',
  '\\begin{matrix}' + 'a\\\\\n'.repeat(75) + '\\end{matrix}',
  'x\\!\\int'.repeat(180),
  '\\Huge\\kern10em\\rule{10em}{10em}',
  '\\LaTeX\\KaTeX',
])('%j is within bounds', (tex) => {
  expect(asSource(block(tex))).toBe(0)
})

test('formulas of one message are drawn back so far together, and each of another message again', () => {
  const back = '$$x\\kern-20em y$$ '
  expect(asSource(back.repeat(3))).toBe(1)
  expect(asSource(back.repeat(2))).toBe(0)
})

test('nothing that was written reaches the log', () => {
  const said = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) => vi.spyOn(console, level))
  for (const tex of [
    '😀',
    '\\mathfrak{é}',
    '\\message{x}',
    '\\errmessage{x}',
    '\\show\\x',
    '\\show x',
    '\\text{中😀}',
  ])
    renderClean(`$$${tex}$$ ${block(tex)}`)
  expect(said.map((spy) => spy.mock.calls)).toEqual(said.map(() => []))
})

test('a macro of one formula is none of another', () => {
  const both = renderClean('$$\\gdef\\a{x}$$ $$\\a$$').html
  expect(both).toContain('<span class="tex-error">$$\\a$$</span>')
})
