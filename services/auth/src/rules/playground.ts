import type { Playground } from '@parley/api'
import { badRequest } from '@parley/core'
import { urlTemplate } from '@parley/markdown'

/** A playground as it is kept. @param others those that there are. @throws AppError BAD_REQUEST */
export function newPlayground(
  given: Omit<Playground, 'id'>,
  others: readonly Playground[],
): Omit<Playground, 'id'> {
  const name = given.name.trim()
  const language = given.pygments_language.trim()
  const template = given.url_template.trim()
  if (name === '') throw badRequest('name cannot be blank')
  if (!/^[a-zA-Z0-9 +.#_-]+$/.test(language)) throw badRequest('Invalid characters in pygments language')
  const variables = urlTemplate(template)?.variables
  if (!variables) throw badRequest('Invalid URL template.')
  if (!variables.has('code')) throw badRequest('Missing the required variable "code" in the URL template')
  if (variables.size > 1) throw badRequest('"code" should be the only variable present in the URL template')
  if (others.some((other) => other.name === name && other.pygments_language === language))
    throw badRequest('Realm playground with this Realm, Pygments language and Name already exists.')
  return { name, pygments_language: language, url_template: template }
}
