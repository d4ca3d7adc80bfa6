import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { mentionsIn } from '../src/index.ts'
import { renderClean } from './clean-html.ts'
import { elementsOf, textOf } from './html-tree.ts'

// Generous: properties take long on a busy machine, and nothing here waits.
vi.setConfig({ testTimeout: 120_000 })

/** Pieces that markup and attacks are made of, separated by `¦`. */
const pieces = [
  ...Array.from('*_~`#>-+|:@![](){}<>&"\'\\/$\n\t.,;=?%^0179ax'),
  ...'**¦~~¦```¦~~~¦```quote\n¦```spoiler a\n¦```math\n¦```js\n¦\n```\n¦\n~~~\n¦$$¦\n\n¦\n> ¦\n* ¦\n  - ¦\n1. ¦\n    ¦\n# '.split(
    '¦',
  ),
  ...'  ¦a|b\n-|-\n¦](¦![¦[a](¦(x.com "t")¦</¦<script>¦<img src=x onerror=alert(1)>¦<!--¦javascript:¦JAVA\tSCRIPT:'.split(
    '¦',
  ),
  ...'data:text/html,¦vbscript:¦http://¦https://x.com/¦x.com¦a@x.com¦mailto:¦//¦" onclick="¦\' onload=\'¦&lt;¦&#60;¦&#x22;'.split(
    '¦',
  ),
  ...'&quot;¦&amp;¦&#106;avascript:¦@**¦@_**¦@**|7**¦@**all**¦@**topic**¦@*¦@*\' onclick=x*¦#**¦#**<b>"javascript:**'.split(
    '¦',
  ),
  ...'>topic¦@12**¦:cat:¦:x:¦:)¦ <3 ¦😀¦👨🏿‍🦽¦🇩🇪¦\u200d¦\ufe0f¦<time:¦1496701800>¦2026-01-01¦/me ¦\0¦\ud800¦\u202e'.split(
    '¦',
  ),
]
/** Of what formulas are made: what takes arguments, addresses, colours and sizes, and what markup is made of. */
const texPieces = [
  ...Array.from('{}[]()&_^%#~\'"`<>|/=+-,.:;!*@0x'),
  ...'\\frac¦\\sqrt¦\\text{¦\\href{javascript:alert(1)}{¦\\url{" onload="x¦\\includegraphics{x.png}¦\\htmlClass{"><b>}{'.split(
    '¦',
  ),
  ...'\\htmlData{a"b=c}{¦\\htmlStyle{color:url(x)}{¦\\htmlId{x}{¦\\color{red}¦\\color{"><b>}¦\\textcolor{#f00}{¦\\colorbox{red}{'.split(
    '¦',
  ),
  ...'\\rule{1em}{1em}¦\\kern1em¦\\\\[1em]¦\\hline¦\\left(¦\\right)¦\\middle|¦\\begin{matrix}¦\\end{matrix}¦\\begin{array}{c|c}'.split(
    '¦',
  ),
  ...'\\end{array}¦\\tag{<b>}¦\\char"3c ¦\\verb|<b>|¦\\verb"¦\\operatorname{<b>}¦\\overbrace{¦\\cancel{¦\\xrightarrow{¦\\phase{'.split(
    '¦',
  ),
  ...'\\mathbb{¦\\Huge ¦\\sum_¦\\not¦\\hat{¦\\gdef\\a{¦\\a¦\\message{¦<script>¦</span>¦&lt;¦é¦中¦😀¦\ud800¦\u202e¦\0'.split(
    '¦',
  ),
]
const formula = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...texPieces) },
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    {
      maxLength: 12,
    },
  )
  // Mostly closed: what is not, is wrong TeX.
  .map((parts) => {
    const tex = parts.join('')
    return tex + '}'.repeat(Math.max(0, tex.split('{').length - tex.split('}').length))
  })

const random = fc.string({ unit: 'binary', maxLength: 4 })
const hostile = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pieces) }, random), { maxLength: 60 })
  .map((parts) => parts.join(''))

test('MD-01 only listed tags, attributes and URLs come out, well-formed', () => {
  fc.assert(
    fc.property(hostile, (source) => {
      renderClean(source)
    }),
    { numRuns: 1500 },
  )
})

test('MD-01 formulas too make only what KaTeX makes of text, and their source stands in them as text', () => {
  fc.assert(
    fc.property(formula, fc.boolean(), (tex, isBlock) => {
      const { tree } = renderClean(isBlock ? `\`\`\`math\n${tex}\n\`\`\`` : `$$${tex}$$`)
      const held = Array.from(elementsOf(tree)).find(({ tag }) => tag === 'annotation')
      const written = tex.toWellFormed().replaceAll('\0', '\ufffd').replace(/\s+/g, '')
      expect(written).toContain(textOf(held?.children ?? []).replace(/\s+/g, ''))
    }),
    { numRuns: 1500 },
  )
})

test('any string is accepted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (source) => {
      expect(renderClean(source).html.isWellFormed()).toBe(true)
      expect(() => mentionsIn(source)).not.toThrow()
    }),
    { numRuns: 1000 },
  )
})

test('text between marks is not lost', () => {
  const marks = ['*', '**', '~~', '>', '[', ']', '(', ' ', '\n', '`', '- ', '|']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...marks), { maxLength: 40 }), (parts) => {
      const text = textOf(renderClean(parts.map((part, i) => `${part}w${i}w`).join('')).tree)
      expect(parts.filter((_, i) => !text.includes(`w${i}w`))).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('rendering twice gives the same', () => {
  fc.assert(
    fc.property(hostile, (source) => {
      expect(renderClean(source)).toEqual(renderClean(source))
    }),
  )
})
