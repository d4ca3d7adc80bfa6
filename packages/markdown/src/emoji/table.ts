import names from './names.json' with { type: 'json' }

/**
 * Names of unicode emoji by code: code points in lower-case hexadecimal joined by `-`, without the
 * variation selector fe0f; the first name is the one shown. `names.json` holds the short names of the
 * npm package emojibase-data 17.0.0 (see LICENSE.emojibase), without those that clients of the API use for another emoji.
 */
const published: Readonly<Record<string, readonly string[]>> = names

/** Names that clients show where no published set has them, or has them for another emoji. */
const clientNames: Readonly<Record<string, string>> = {
  '1f3ab': 'pass',
  '1f3d5': 'campsite',
  '1f4ab': 'seeing_stars',
  '1f4f0': 'headlines',
  '1f687': 'subway',
  '1f68a': 'oncoming_tram',
  '1f6a7': 'work_in_progress',
  '1f6e0': 'working_on_it',
  '1f947': 'gold',
  '2b06': 'up',
}

const namesByCode = new Map<string, readonly string[]>()
const codesByName = new Map<string, string>()
for (const [code, list] of Object.entries(published)) {
  const own = clientNames[code]
  const all = own === undefined ? list : [own, ...list]
  namesByCode.set(code, all)
  for (const name of all) codesByName.set(name, code)
}

/** Every known unicode emoji: code → its names, the shown one first. */
export const emojiNames: ReadonlyMap<string, readonly string[]> = namesByCode

/** The code of the unicode emoji of that name. */
export const emojiCode = (name: string): string | undefined => codesByName.get(name)

/** The shown name of the unicode emoji written as these characters, if it is one we know. */
export function emojiNameOf(characters: string): string | undefined {
  const points: string[] = []
  for (const character of characters) {
    const point = character.codePointAt(0) ?? 0
    if (point !== 0xfe0f) points.push(point.toString(16).padStart(4, '0'))
  }
  return namesByCode.get(points.join('-'))?.[0]
}

/** What a sender with `translate_emoticons` on means by these characters. */
export const emoticons: Readonly<Record<string, string>> = {
  ':)': 'slight_smile',
  '(:': 'slight_smile',
  ':(': 'slight_frown',
  '<3': 'heart',
  ':|': 'expressionless',
  ':/': 'confused',
  ';)': 'wink',
  ':D': 'grinning',
  ':P': 'stuck_out_tongue',
  ':p': 'stuck_out_tongue',
}
