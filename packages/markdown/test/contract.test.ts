import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { render } from '../src/here.ts'
import { emojiNames, renderContext } from '../src/index.ts'
import { essence, parseHtml } from './html-tree.ts'

// The published contract stands beside the project and is not part of it.
const folder = process.env['PARLEY_CONTRACT'] ?? resolve(import.meta.dirname, '../../../../shared/contract')
const isThere = existsSync(resolve(folder, 'markdown-cases.json'))
const read = (name: string): unknown => JSON.parse(readFileSync(resolve(folder, name), 'utf8'))

const Cases = z.object({
  regular_tests: z.array(
    z.object({
      name: z.string(),
      input: z.string(),
      expected_output: z.string(),
      translate_emoticons: z.boolean().optional(),
    }),
  ),
  linkify_tests: z.array(z.tuple([z.string(), z.string(), z.string()])),
})
const cases = isThere ? Cases.parse(read('markdown-cases.json')) : { regular_tests: [], linkify_tests: [] }
const Names = z.record(z.string(), z.array(z.string()))

/** Cases that do not pass, each with the reason. One that begins to pass must be taken out. */
const notYet: readonly (readonly [name: string, reason: string])[] = [
  ['inline_image', 'previews of external images need the image proxy'],
  ['two_inline_images', 'previews of external images need the image proxy'],
  ['bulleted_list_inlining', 'previews of external images need the image proxy'],
  ['only_named_inline_image', 'previews of external images need the image proxy'],
  ['only_inline_video', 'previews of external videos need the image proxy'],
  ['only_inline_audio_camo', 'players of external audio need the image proxy'],
  ['spoiler_with_inline_image', 'previews of external images need the image proxy'],
]

const context = renderContext({
  organisationUrl: 'http://zulip.testserver',
  users: [{ id: 7, fullName: 'Zoe' }],
})

const got = (row: { input: string; translate_emoticons?: boolean | undefined }): string =>
  essence(
    parseHtml(render(row.input, { ...context, translateEmoticons: row.translate_emoticons ?? false }).html),
  )

test.runIf(process.env['CI'])('the contract is there', () => {
  expect(isThere, `no contract at ${folder}: set PARLEY_CONTRACT`).toBe(true)
})

describe.skipIf(!isThere)('the contract', () => {
  const excepted = new Map(notYet)
  const passing = cases.regular_tests.filter(({ name }) => !excepted.has(name))
  const failing = cases.regular_tests.filter(({ name }) => excepted.has(name))

  test.each(passing)('renders $name', (row) => {
    expect(got(row)).toBe(essence(parseHtml(row.expected_output)))
  })

  test.each(failing)('does not render $name yet (when it does: take it out of the list)', (row) => {
    expect(got(row)).not.toBe(essence(parseHtml(row.expected_output)))
  })

  // Each case is tried by itself; this says how many there are, and that few are excepted.
  const elsewhere = notYet.filter(([, reason]) => reason.endsWith('the image proxy')).length
  const passed = passing.length + cases.linkify_tests.length
  const all = passed + failing.length - elsewhere
  test(`renders ${passed} of the ${all} cases that need no other service, and ${elsewhere} wait for one`, () => {
    expect(passed / all).toBeGreaterThanOrEqual(0.95)
  })

  test('every listed exception is a case', () => {
    const names = new Set(cases.regular_tests.map(({ name }) => name))
    expect(notYet.filter(([name]) => !names.has(name))).toEqual([])
  })

  test.each(cases.linkify_tests)('links %j', (input, html, url) => {
    const scheme = url.includes('://') ? '' : url.includes('@') ? 'mailto:' : 'http://'
    const wanted = html.replace('%s', () => `<a href="${scheme}${url}">${url}</a>`)
    expect(render(input, context).html).toBe(wanted)
  })

  test('emoji have the code points that clients know, and no name means another emoji', () => {
    const known = Names.parse(read('emoji_names.json'))
    const codeOf = new Map(
      Object.entries(known).flatMap(([code, names]) => names.map((name) => [name, code])),
    )
    expect([...emojiNames.keys()].sort()).toEqual(Object.keys(known).sort())
    const contrary = [...emojiNames].flatMap(([code, names]) =>
      names.filter((name) => (codeOf.get(name) ?? code) !== code),
    )
    expect(contrary).toEqual([])
    const shownAlike = [...emojiNames].filter(([code, names]) => names[0] === known[code]?.[0])
    expect(shownAlike.length).toBeGreaterThanOrEqual(1600)
  })
})
