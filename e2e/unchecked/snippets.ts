import { join } from 'node:path'
import type { Snippets } from './compiled.ts'
import { type RepoFunction, root } from './repositories.ts'

export const meant = 'as it is meant'

/** What may be passed in the place of the proof `p`, by what it is; all but the first are none. */
function attempts(type: string, p: string): Readonly<Record<string, string>> {
  const always = { [meant]: p, nothing: 'undefined', 'a bare id': '7' }
  if (/\bEncodedSend\b/.test(type))
    return { ...always, 'made by hand': '[[]]', 'a copy': `${p}.map((row) => [...row])` }
  if (/\bMarkable\b/.test(type))
    return { ...always, 'made by hand': `[shown(${p}[0]!)]`, 'a copy': `${p}.map((one) => ({ ...one }))` }
  if (/\b(?:Readable|Displayed)\b/.test(type))
    return { ...always, 'made by hand': '[7]', 'a copy': `[...${p}]` }
  if (/\bParts\b/.test(type))
    return { ...always, 'made by hand': "[{ recipientId: 7, ranges: '{}' }]", 'a copy': `[...${p}]` }
  if (/\bSend\b/.test(type))
    return {
      ...always,
      'a proof of another action': `{ ...${p}, granted: other }`,
      'made by hand': `{ ...${p}, granted: shown(${p}.granted) }`,
      'a copy': `{ ...${p}, granted: { ...${p}.granted } }`,
    }
  if (type.endsWith('[]'))
    return {
      ...always,
      'a proof of another action': '[other]',
      'made by hand': `[shown(${p}[0]!)]`,
      'a copy': `${p}.map((one) => ({ ...one }))`,
    }
  return {
    ...always,
    // For who has no account there are other proofs: neither stands for the other.
    ...(/\bGranted\b/.test(type) && { 'a proof of another action': 'other' }),
    ...(!/'spectator:look'/.test(type) && { 'a proof of who has no account': 'looking' }),
    ...(!/\bGranted\b/.test(type) && { 'a proof of an account': 'other' }),
    'made by hand': `shown(${p})`,
    'a copy': `{ ...${p} }`,
  }
}

const preamble = [
  `import type { Granted, Shown } from '${join(root, 'packages/access/src/index.ts')}'`,
  // No repository asks for a proof of this action, so it opens none.
  "declare const other: Granted<'message:mention-all'>",
  "declare const looking: Shown<'spectator:look'>",
  // Everything of a proof that can be seen, as whoever makes one by hand could write it.
  'type Seen<T> = T extends unknown ? { [K in keyof T as K extends string ? K : never]: T[K] } : never',
  'declare function shown<T>(proof: T): Seen<T>',
]

/**
 * For every proof that a repository's function asks for, calls with it and with what is none. Each is named
 * `file function parameter: what is passed`.
 */
export function snippetsFor(functions: readonly RepoFunction[]): Snippets {
  const files = [...new Set(functions.map(({ file }) => file))]
  const lines = new Map<string, string>()
  for (const { file, name, params, proofs } of functions) {
    const called = `r${files.indexOf(file)}.${name}`
    for (const proof of proofs)
      for (const [attempt, passed] of Object.entries(attempts(params[proof] ?? '', `a[${proof}]!`))) {
        const all = params.map((_, i) => (i === proof ? 'given' : `a[${i}]!`)).join(', ')
        lines.set(
          `${file} ${name} ${proof}: ${attempt}`,
          `export const v${lines.size} = (a: Required<Parameters<typeof ${called}>>) => { const given = ${passed}; return ${called}(${all}) }`,
        )
      }
  }
  const imports = files.map((file, i) => `import * as r${i} from '${join(root, file)}'`)
  return { preamble: [...preamble, ...imports], lines }
}
