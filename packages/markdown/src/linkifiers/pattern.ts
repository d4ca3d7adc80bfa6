import { RE2JS, RE2JSException } from 're2js'
import { expanded } from './expanded.ts'

/**
 * A pattern of a linkifier, as RE2 understands it: time grows with the text alone, whatever the pattern. It finds what
 * begins the text or follows white space or an opening mark, and is not followed by a letter or digit.
 */
export interface Pattern {
  readonly expression: RE2JS
  readonly groups: ReadonlySet<string>
  /** How many steps it takes at most for each character of a text. */
  readonly size: number
  /** A text that is in whatever it matches; empty where none is known. */
  readonly literal: string
}

/** A pattern of more steps is refused: how much it costs shows in nothing else. */
export const maxPatternSize = 150
/** One that is longer once its counts are written out is not even compiled; alternatives compile to less than that. */
export const maxExpanded = 10 * maxPatternSize

/** The group of what is linked. */
export const whole = 'linked__'
const before = String.raw`(?:^|[\s\x{85}\pZ'"(,:<])`
const after = String.raw`(?:$|[^\pL\pN])`

/** Reads a pattern. @returns `invalid` where it is none, or refers to itself or looks around; `large` where it costs too much */
export function readPattern(source: string): Pattern | 'invalid' | 'large' {
  if (expanded(source) > maxExpanded) return 'large'
  try {
    // Alone first, so that nothing in it reaches what is put around it.
    const alone = RE2JS.compile(source)
    if (alone.programSize() > maxPatternSize) return 'large'
    const groups = new Set(Object.keys(alone.namedGroups()))
    const expression = RE2JS.compile(`${before}(?P<${whole}>${source})${after}`)
    const size = expression.programSize()
    return size > maxPatternSize ? 'large' : { expression, groups, size, literal: literalOf(source) }
  } catch (error) {
    if (error instanceof RE2JSException) return 'invalid'
    throw error
  }
}

/** An escape; a class, with those that have names in it; how often what stands before may come. */
const escape = /\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[\da-fA-F]{2}|[0-7]{1,3}|[pP].|.)/gsu
const charClass = /\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]/gu
const repeated = /[^](?:\{\d+(?:,\d*)?\}|(?=[*?{]))/gu

/**
 * The longest run of plain characters that stands outside of groups, is no choice among several and is not left out or
 * repeated. Nothing where a pattern holds what this does not read.
 */
function literalOf(source: string): string {
  if (/\\Q|\||\(\?[^P<]/.test(source)) return ''
  let rest = source.replace(escape, '\0').replace(charClass, '\0')
  for (let outer = ''; outer !== rest;) {
    outer = rest
    rest = rest.replace(/\([^()]*\)/g, '\0')
  }
  const runs = rest.replace(repeated, '\0').match(/[\p{L}\p{N} #/!@&_=:;,%~'"<>-]+/gu) ?? []
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '')
}
