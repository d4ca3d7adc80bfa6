import { type DraftChanged, draftChanged, snippetChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel
let secret: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  open = await here.channel({ name: 'open' })
  secret = await here.channel({ name: 'secret', private: true })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const ask = (
  user: number,
  op: string,
  fields: Record<string, unknown> = {},
  path: Record<string, string> = {},
) => outcome(one.ask(user, op, fields, { path }))
const draft = (more: Record<string, unknown> = {}) => ({
  type: 'stream',
  to: [open.id],
  topic: ' tea ',
  content: 'x',
  timestamp: 1_767_312_000,
  ...more,
})
const Ids = z.object({ ids: z.array(z.int()) })
const create = async (user: number, ...drafts: unknown[]) =>
  Ids.parse(await ask(user, 'create-drafts', { drafts })).ids
const drafts = async (user: number) =>
  z.object({ count: z.int(), drafts: z.array(z.unknown()) }).parse(await ask(user, 'get-drafts'))
const Log = z.object({ type: z.string(), body: z.unknown(), user_ids: z.array(z.int()) })
const lastEvent = async () =>
  Log.parse(
    (
      await here.test.superuser(
        'SELECT type, body, user_ids FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT 1',
        [here.org],
      )
    )[0],
  )
const viewer = {} as Parameters<typeof draftChanged.shape>[1]
const faults = (shape: object | null): string[] =>
  contractAvailable() ? eventFaults({ id: 1, ...shape }) : []

describe('drafts', () => {
  test('AC-10 are kept, changed and thrown away, for oneself alone', async () => {
    const [id = 0, second = 0] = await create(
      ann,
      draft(),
      draft({ type: 'private', to: [bob], timestamp: undefined }),
    )
    const mine = await drafts(ann)
    expect(mine).toEqual({
      count: 2,
      drafts: [
        { ...draft(), id, topic: 'tea' },
        { ...draft({ type: 'private', to: [bob] }), id: second, topic: '' },
      ],
    })
    expect(faultsOf('GET', '/drafts', mine)).toEqual([])
    expect(await snapshotOf(one, ann)).toMatchObject({ drafts: mine.drafts })
    const path = { draft_id: String(id) }
    const changed = { ...draft({ content: 'y', timestamp: 1_767_312_100 }), id, topic: 'tea' }
    expect(
      await ask(ann, 'edit-draft', { draft: draft({ content: 'y', timestamp: 1_767_312_100 }) }, path),
    ).toEqual({})
    expect(await lastEvent()).toEqual({
      type: 'draft.changed',
      body: { op: 'update', draft: changed },
      user_ids: [ann],
    })
    expect((await drafts(ann)).drafts.at(-1)).toEqual(changed)

    const missing = { code: 'NOT_FOUND', msg: 'Draft does not exist' }
    expect(await ask(bob, 'edit-draft', { draft: draft() }, path)).toEqual(missing)
    expect(await ask(bob, 'delete-draft', {}, path)).toEqual(missing)
    expect(await ask(ann, 'delete-draft', {}, path)).toEqual({})
    expect(await ask(ann, 'delete-draft', {}, path)).toEqual(missing)
    expect((await drafts(ann)).count).toBe(1)
    expect(await drafts(bob)).toEqual({ count: 0, drafts: [] })
  })

  test('are for whom their writer could write to', async () => {
    const refused = (...given: unknown[]) => ask(ann, 'create-drafts', { drafts: given })
    for (const channel of [secret.id, 987_654])
      expect(await refused(draft(), draft({ to: [channel] }))).toMatchObject({ msg: 'Invalid channel ID' })
    expect(await refused(draft({ to: [] }))).toMatchObject({
      msg: 'Must specify exactly 1 channel ID for channel messages',
    })
    expect(await refused(draft({ type: 'private', to: [987_654] }))).toMatchObject({ msg: 'Invalid user ID' })
    expect(await refused(draft({ type: '' }))).toMatchObject({ msg: 'Invalid recipients' })
    expect((await drafts(bob)).count).toBe(0)
    expect(await create(bob, draft({ type: '', to: [] }))).toHaveLength(1)
    expect(await create(bob)).toEqual([])
  })

  test('are no more than so many', async () => {
    const cid = await here.user()
    await here.test.superuser(
      `INSERT INTO messaging.drafts (org_id, user_id, type, "to", topic, content, edited_at)
       SELECT $1, $2, '', '{}', '', 'x', now() FROM generate_series(1, 1000)`,
      [here.org, cid],
    )
    expect(await ask(cid, 'create-drafts', { drafts: [draft()] })).toMatchObject({ code: 'BAD_REQUEST' })
  })
})

describe('saved snippets', () => {
  test('are kept, changed and thrown away, for oneself alone', async () => {
    const answer = await ask(ann, 'create-saved-snippet', { title: ' hello ', content: 'x' })
    const { saved_snippet_id: id } = z.object({ saved_snippet_id: z.int() }).parse(answer)
    expect(faultsOf('POST', '/saved_snippets', answer)).toEqual([])
    const path = { saved_snippet_id: String(id) }
    const kept = { id, title: 'hello', content: 'x', date_created: 1_767_312_000 }
    const all = await ask(ann, 'get-saved-snippets')
    expect(all).toEqual({ saved_snippets: [kept] })
    expect(faultsOf('GET', '/saved_snippets', all)).toEqual([])
    expect(await snapshotOf(one, ann)).toMatchObject({ saved_snippets: [kept] })
    expect(await ask(ann, 'edit-saved-snippet', { content: 'y' }, path)).toEqual({})
    expect(await lastEvent()).toEqual({
      type: 'snippet.changed',
      body: { op: 'update', saved_snippet: { ...kept, content: 'y' } },
      user_ids: [ann],
    })
    expect(await ask(ann, 'edit-saved-snippet', { title: 'z' }, path)).toEqual({})
    const missing = { code: 'NOT_FOUND', msg: 'Saved snippet does not exist.' }
    expect(await ask(bob, 'edit-saved-snippet', { title: 'z' }, path)).toEqual(missing)
    expect(await ask(bob, 'delete-saved-snippet', {}, path)).toEqual(missing)
    expect(await ask(ann, 'delete-saved-snippet', {}, path)).toEqual({})
    expect(await ask(ann, 'get-saved-snippets')).toEqual({ saved_snippets: [] })
  })

  test('have a title and a text, and are no more than so many', async () => {
    const save = (fields: Record<string, unknown>, user = ann) => ask(user, 'create-saved-snippet', fields)
    expect(await save({ title: ' ', content: 'x' })).toMatchObject({ msg: 'Title cannot be empty.' })
    expect(await save({ title: 'a', content: ' ' })).toMatchObject({ msg: 'Content cannot be empty.' })
    expect(await save({ title: 'a'.repeat(61), content: 'x' })).toMatchObject({
      code: 'REQUEST_VARIABLE_INVALID',
    })
    const cid = await here.user()
    await here.test.superuser(
      `INSERT INTO messaging.snippets (org_id, user_id, title, content, created_at)
       SELECT $1, $2, 'a', 'x', now() FROM generate_series(1, 1000)`,
      [here.org, cid],
    )
    expect(await save({ title: 'a', content: 'x' }, cid)).toMatchObject({ code: 'BAD_REQUEST' })
  })
})

test('events as the contract has them', () => {
  const kept = {
    id: 1,
    type: 'stream' as const,
    to: [9],
    topic: 'tea',
    content: 'x',
    timestamp: 1_767_312_000,
  }
  const bodies: DraftChanged[] = [
    { op: 'add', draft: kept },
    { op: 'update', draft: kept },
    { op: 'remove', draft_id: 1 },
  ]
  for (const body of bodies) expect(faults(draftChanged.shape(body, viewer))).toEqual([])
  const saved_snippet = { id: 1, title: 'a', content: 'x', date_created: 1_767_312_000 }
  expect(faults(snippetChanged.shape({ op: 'add', saved_snippet }, viewer))).toEqual([])
  expect(faults(snippetChanged.shape({ op: 'update', saved_snippet }, viewer))).toEqual([])
  expect(faults(snippetChanged.shape({ op: 'remove', saved_snippet_id: 1 }, viewer))).toEqual([])
})
