import type { Linkifier } from '@parley/api'
import { badRequest } from '@parley/core'
import { readPattern, urlTemplate } from '@parley/markdown'

/** A linkifier as it is kept. Called before the head is held: patterns are compiled. @throws AppError BAD_REQUEST */
export function checkedLinkifier(given: Omit<Linkifier, 'id'>): Omit<Linkifier, 'id'> {
  const rule = { pattern: given.pattern.trim(), url_template: given.url_template.trim() }
  if (rule.pattern === '' || rule.url_template === '') throw badRequest('This field cannot be blank.')
  const pattern = readPattern(rule.pattern)
  if (pattern === 'invalid') throw badRequest('Bad regular expression')
  if (pattern === 'large') throw badRequest('Regular expression is too complex')
  const template = urlTemplate(rule.url_template)
  if (!template) throw badRequest('Invalid URL template.')
  const [unmatched] = template.variables.difference(pattern.groups)
  if (unmatched !== undefined)
    throw badRequest(`Group '${unmatched}' in URL template is not present in linkifier pattern.`)
  const [unused] = pattern.groups.difference(template.variables)
  if (unused !== undefined)
    throw badRequest(`Group '${unused}' in linkifier pattern is not present in URL template.`)
  return rule
}

/** @param others those that there are beside it. @throws AppError BAD_REQUEST where one has its pattern */
export function refuseTwice({ pattern }: Omit<Linkifier, 'id'>, others: readonly Linkifier[]): void {
  if (others.some((other) => other.pattern === pattern))
    throw badRequest('Linkifier with this pattern already exists.')
}
