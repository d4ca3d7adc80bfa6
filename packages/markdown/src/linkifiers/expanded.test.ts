import fc from 'fast-check'
import { RE2JS, RE2JSException } from 're2js'
import { expect, test, vi } from 'vitest'
import { expanded } from './expanded.ts'
import { maxExpanded, readPattern } from './pattern.ts'

test.each([
  ['', 0],
  ['abc', 3],
  ['a{3}', 3],
  ['a{2,5}b{3,}c{0}', 9],
  ['(ab{3}){2}', 10],
  [String.raw`\d{4}\{4}[{5}\]]{6}`, 13],
  [String.raw`(?P<some>\pL{2})`, 3],
  [String.raw`\x{41}{2}\p{Greek}{3}`, 5],
  [String.raw`\Q){9}\E{2}`, 16],
  ['a*{3}', 4],
  ['a){2}', 4],
  ['(a(b{2}', 3],
])('%s is %d', (source, length) => {
  expect(expanded(source)).toBe(length)
})

test('what is compiled grows with nothing else', () => {
  const plain = ['a', '.', '[ab]', '[^]a]', String.raw`\pL`, '[[:alpha:]]', String.raw`[\]a]`]
  const counts = ['*', '+', '?', '{3}', '{0,4}', '{2,}', '{9}', '{5}?']
  const groups = ['(', '(?:', '(?P<a>', '(?i:', ')', ')', '|', '(?i)']
  const odd = [
    '{',
    '}',
    '[[:x]',
    '[',
    ']',
    '\\',
    String.raw`\{`,
    String.raw`\(`,
    String.raw`\Q`,
    String.raw`\E`,
  ]
  const piece = fc.constantFrom(...plain, ...counts, ...groups, ...odd)
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const source = pieces.join('')
      if (expanded(source) > maxExpanded) return
      try {
        expect(RE2JS.compile(source).programSize()).toBeLessThanOrEqual(4 * expanded(source) + 10)
      } catch (error) {
        if (!(error instanceof RE2JSException)) throw error
      }
    }),
    { numRuns: 3_000 },
  )
})

test('what is long by its counts is never compiled', () => {
  const compile = vi.spyOn(RE2JS, 'compile')
  try {
    for (const source of ['.{1000}'.repeat(35), `(?:${'x'.repeat(200)}){150}`, '((a{12}){12}){12}'])
      expect(readPattern(source)).toBe('large')
    expect(compile).not.toHaveBeenCalled()
    // What is large without such counts is not compiled twice.
    expect(readPattern('a'.repeat(250))).toBe('large')
    expect(compile).toHaveBeenCalledOnce()
  } finally {
    compile.mockRestore()
  }
})
