import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { renderClean } from '../../test/clean-html.ts'
import { elementsOf, textOf } from '../../test/html-tree.ts'
import { languageName } from '../plugins/languages.ts'
import { grammars } from './grammars.ts'
import { codeBudget, highlight } from './highlight.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What is marked in a text, as `class:text`. */
function marked(text: string, language: string): string[] {
  const { tree } = renderClean(`\`\`\`\`${language}\n${text}\n\`\`\`\``)
  return Array.from(elementsOf(tree)).flatMap(({ tag, attributes, children }) =>
    tag === 'span' && attributes.has('class') ? [`${attributes.get('class')}:${textOf(children)}`] : [],
  )
}

test.each([
  ['python', 'def f(x):', 'k:def nf:f p:( p:):'],
  ['python', 'x = None + 1.5 # a', 'o:= kc:None o:+ mf:1.5 c1:# a'],
  ['py', `print("a" 'b' 0x1f 7)`, `nb:print p:( s2:"a" s1:'b' mh:0x1f mi:7 p:)`],
  ['js', 'const a = `x${b}`', 'k:const o:= s:`x p:{ p:} s:`'],
  ['java', '@A class B {} /* c */', 'nd:@A k:class nc:B p:{} cm:/* c */'],
  ['rust', 'let a: u8;', 'k:let nv:a p:: kt:u8 p:;'],
  ['c', '#include <x.h>', 'cp:#include  s:<x.h>'],
  ['go', 'var a int', 'k:var kt:int'],
  ['html', '<a href="x">y</a>', 'p:< nt:a p:  na:href p:= s2:"x" p:> p:</ nt:a p:>'],
  ['tex', '\\pi', 'k:\\pi'],
  ['sql', 'select 1', 'k:select mi:1'],
  ['bash', 'echo $a', 'nb:echo nv:$a'],
  ['diff', '+a\n-b', 'gi:+a gd:-b'],
  ['json', '{"a": true}', 'p:{ na:"a" p:: kc:true p:}'],
  ['text', 'def f', ''],
  ['inventedlanguage', 'def f', ''],
  ['', 'def f', ''],
])('in %s, %j is marked as clients style it', (language, text, kinds) => {
  expect(marked(text, language).join(' ')).toBe(kinds)
})

test('every grammar is of a language that is named, and words of it within HTML are marked by their own', () => {
  const named = new Set(Array.from(grammars.keys()))
  expect(named.size).toBeGreaterThan(40)
  expect(marked('<style>a{color:red}</style>', 'html')).toContain('na:color')
  expect(languageName('golang')).toBe('Go')
})

test('what is too long stays plain, in lines and blocks, and so does what is beyond the share of a message', () => {
  const lines = (characters: number): string => 'let a\n'.repeat(characters / 6)
  expect(marked(lines(2994), 'js').length).toBe(499)
  expect(marked(lines(3006), 'js')).toEqual([])
  expect(marked('int a\n'.repeat(200), 'c').length).toBe(200)
  expect(marked('int a\n'.repeat(300), 'c')).toEqual([])
  expect(marked(`let ${'a'.repeat(196)}`, 'js')).toEqual(['k:let'])
  expect(marked(`let ${'a'.repeat(197)}`, 'js')).toEqual([])
  const blocks = `${`\`\`\`js\n${lines(1440)}\`\`\`\n`.repeat(3)}${'```py\nif\n```\n'.repeat(200)}`
  const classes = renderClean(blocks).html
  expect(classes.split('>let<').length - 1).toBe(480)
  expect(classes.split('>if<').length - 1).toBe(4)
})

/** Pieces that grammars begin and end things with. */
const pieces = [
  ...Array.from('"\'`/\\*#@$%&<>()[]{}=+-|!?:;,.~^_ \n\ta0é'),
  ...'/*¦*/¦//¦"""¦<!--¦-->¦<?php ¦?>¦<script>¦</script>¦<style>¦${¦#{¦@a ¦def a(¦class A ¦if ¦0x1f¦1.5e3¦<<E\n¦E\n'.split(
    '¦',
  ),
  ...'&lt;¦</span>¦<span class="k">¦😀¦\u202e¦\\begin{a}¦r#"¦#include <a>¦--¦=begin\n¦- a: b\n¦[a]\n¦function(¦=>¦html`'.split(
    '¦',
  ),
]
const written = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 4 })),
  {
    maxLength: 40,
  },
)

test.each([...grammars.keys()])(
  'MD-01 marking %s leaves the text as it is, and makes nothing but spans of a class',
  (language) => {
    fc.assert(
      fc.property(written, (parts) => {
        const text = parts.join('').toWellFormed()
        const html = highlight(text, language, codeBudget()) ?? ''
        const shown = html.replace(/<span class="[a-z][a-z0-9]?">([^<]*)<\/span>/g, '$1')
        expect(shown).not.toMatch(/[<>"]/)
        expect(
          shown
            .replace(/&lt;/g, '<')
            .replace(/&gt;/g, '>')
            .replace(/&quot;/g, '"')
            .replace(/&#x27;/g, "'")
            .replace(/&amp;/g, '&'),
        ).toBe(text)
      }),
      { numRuns: 60 },
    )
  },
)
