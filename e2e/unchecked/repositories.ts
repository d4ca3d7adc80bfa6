import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** An exported function of a service's repo/. */
export interface RepoFunction {
  /** `services/auth/src/repo/users.ts` */
  readonly file: string
  readonly name: string
  /** The types of its parameters, as they are written. */
  readonly params: readonly string[]
  /** Which parameters are proofs. */
  readonly proofs: readonly number[]
}

/** Types that only a decision makes, or a repository that was shown one. */
export const proofTypes = [
  'Granted',
  'Shown',
  'Seen',
  'Made',
  'MadeGroup',
  'Readable',
  'Displayed',
  'Send',
  'EncodedSend',
  'Markable',
  'Parts',
] as const
const isProof = new RegExp(String.raw`\b(${proofTypes.join('|')})\b`)

/** Every exported function of every service's repo/. */
export const repoFunctions = (): RepoFunction[] =>
  globSync('services/*/src/repo/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => functionsIn(file, readFileSync(join(root, file), 'utf8')))

const exported = /^export (?:async )?function (\w+)(?:<[^(]*>)?\(|^export const (\w+) = (?:async )?\(/gm

function functionsIn(file: string, text: string): RepoFunction[] {
  return [...text.matchAll(exported)].map((match) => {
    const params = split(text, match.index + match[0].length).map(typeOf)
    const proofs = params.flatMap((param, i) => (isProof.test(param) ? [i] : []))
    return { file, name: match[1] ?? match[2] ?? '', params, proofs }
  })
}

/** The texts between commas up to the bracket that closes the one before `start`. */
function split(text: string, start: number): string[] {
  const parts: string[] = []
  let depth = 0
  let from = start
  for (let at = start; ; at++) {
    const char = text[at] ?? ')'
    if (depth === 0 && (char === ',' || char === ')')) {
      if (text.slice(from, at).trim() !== '') parts.push(text.slice(from, at).trim())
      if (char === ')') return parts
      from = at + 1
    } else if ('([{<'.includes(char)) depth++
    // The head of an arrow closes nothing.
    else if (')]}'.includes(char) || (char === '>' && text[at - 1] !== '=')) depth--
  }
}

/** What stands behind the parameter's colon. */
const typeOf = (param: string): string =>
  param
    .replace(/^(\{[^}]*\}|\w+)\??\s*(:|(?==))/, '')
    .replace(/\s=\s[^>].*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
