import { expect, test } from 'vitest'
import { parseJsonText } from './json-text.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import type { Param } from './param.ts'

/** What makes a thing, where the path of what changes it does not say so. */
const makers: Readonly<Record<string, string>> = {
  '/streams/{stream_id}': '/channels/create',
  '/channel_folders/{channel_folder_id}': '/channel_folders/create',
  '/user_groups/{user_group_id}': '/user_groups/create',
  '/default_stream_groups/{group_id}': '/default_stream_groups/create',
  '/settings': '/users',
}
const bare = (path: string): string => path.replace('/api/v1', '')

/** Every operation that changes one thing, with what makes such a thing. */
const pairs = operations.flatMap((update): (readonly [Operation, Operation])[] => {
  if (update.method !== 'PATCH' && update.method !== 'PUT') return []
  const path = bare(update.path)
  const made = makers[path] ?? path.replace(/\/\{\w+\}$/, '')
  const create = operations.find((o) => o.method === 'POST' && bare(o.path) === made)
  return create ? [[update, create]] : []
})

const texts = [
  0, 1, 30, 40, 50, 60, 61, 64, 65, 100, 101, 255, 256, 500, 501, 1_000, 1_001, 1_024, 1_025, 8_001, 10_001,
]
/** What may be sent for a parameter: texts, and JSON texts of all kinds. */
const sent: readonly string[] = [
  ...texts.map((length) => 'x'.repeat(length)),
  ...texts.map((length) => JSON.stringify('x'.repeat(length))),
  ' ',
  'a\0b',
  '\uD800',
  'javascript:alert(1)',
  'https://x.example/{id}',
  ...[-1, 0, 1, 2, 7, 400, 100, 1_000_001, 2 ** 31, 2 ** 40, 1.5].map(String),
  'true',
  'false',
  'null',
  '[]',
  '[1]',
  '[-1]',
  '["x"]',
  '{}',
  '{"direct_members":[1],"direct_subgroups":[]}',
  'all',
  'stream',
  'unlimited',
  '"unlimited"',
]

function takes({ schema, encoding }: Param, value: string): boolean {
  if (encoding === 'text') return schema.safeParse(value).success
  try {
    return schema.safeParse(parseJsonText(value)).success
  } catch {
    return false
  }
}

/** Where changing takes what making does not, and why that is right. */
const laxer: Readonly<Record<string, string>> = {}

test('AC-08 what changes a thing takes no value that what makes it does not', () => {
  expect(pairs.length).toBeGreaterThan(10)
  const found = pairs.flatMap(([update, create]) =>
    Object.entries<Param>(update.params).flatMap(([name, param]) => {
      const made: Param | undefined = create.params[name]
      if (!made || param.place !== 'field') return []
      // What changes a permission may name its value before too.
      const changed = (value: string): string => (takes(param, '{"new":1}') ? `{"new":${value}}` : value)
      const more = sent.filter((value) => takes(param, changed(value)) && !takes(made, value))
      return more.length === 0 ? [] : [`${update.id}: ${name}`]
    }),
  )
  expect(found.toSorted()).toEqual(Object.keys(laxer).toSorted())
})
