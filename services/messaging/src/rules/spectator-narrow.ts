import type { Narrow } from '@parley/api'
import { badRequest } from '@parley/core'
import { parseNarrow, type Term } from './narrow.ts'

/** Most terms of a narrow of theirs: each channel is looked up by itself. */
const mostTerms = 10

/** By what somebody without an account may narrow. */
const operators = new Set([
  'channel',
  'stream',
  'channels',
  'streams',
  'topic',
  'subject',
  'sender',
  'from',
  'has',
  'search',
  'near',
  'id',
  'with',
])

/**
 * Understands a narrow of somebody without an account: one that asks for web-public channels, and for nothing that is
 * somebody's own.
 * @returns null for any other
 * @throws AppError as `parseNarrow`, and BAD_REQUEST for more terms than are answered
 */
export function spectatorTerms(narrow: Narrow): Term[] | null {
  const known = narrow.every(
    ({ operator, operand }) => operators.has(operator) || (operator === 'is' && operand === 'resolved'),
  )
  if (!known) return null
  if (narrow.length > mostTerms) throw badRequest(`A narrow may hold at most ${mostTerms} terms`)
  const terms = parseNarrow(narrow)
  const open = terms.some((term) => term.kind === 'channels' && term.which === 'web-public' && !term.negated)
  return open ? terms : null
}
