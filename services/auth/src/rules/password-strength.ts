import { badRequest } from '@parley/core'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'

/** What `register` and the refusal tell clients about passwords. */
export const passwordPolicy = { minLength: 8, maxLength: 256, minGuesses: 1_000_000 } as const

const estimate = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  // A strong beginning makes the whole strong; estimating 256 characters takes a second.
  maxLength: 32,
  l33tMaxSubstitutions: 20,
})

/**
 * Refuses a password that is too short, or that is guessed in fewer than a million tries by somebody who knows its
 * owner (`about`: names and addresses of the account and its organisation).
 * @throws AppError BAD_REQUEST with Zulip's texts
 */
export function checkPassword(password: string, about: readonly string[]): void {
  const length = Array.from(password).length
  if (length > passwordPolicy.maxLength)
    throw badRequest(`password is too long (limit: ${passwordPolicy.maxLength} characters)`)
  const words = about
    .flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word.length > 2)
  if (
    length < passwordPolicy.minLength ||
    estimate.check(password, words).guesses < passwordPolicy.minGuesses
  )
    throw badRequest('The password is too weak.')
}
