import { FetchedMessage } from '@parley/api'
import { userId } from '@parley/core'
import { migrationTexts, readActor, type Tx } from '@parley/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { listing } from '../src/facts/listing.ts'
import { idsAround } from '../src/repo/fetch.ts'
import { withFound } from '../src/repo/found.ts'
import { beyondNewest } from '../src/rules/anchor.ts'
import { settleWords, unsettledOrganisations } from '../src/repo/words.ts'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let bob: number
let open: Channel

beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob)
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (content: string, topic = 'kettle'): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(ann, 'send-message', { content, type: 'channel', to: open.id, topic })).id
const change = (id: number, fields: Record<string, unknown>) =>
  at.ask(ann, 'update-message', fields, { path: { message_id: String(id) } })
const Fetched = z.object({ messages: z.array(FetchedMessage), anchor: z.number().optional() })
async function search(text: string, more: Record<string, unknown> = {}, reader = ann) {
  const answer = await at.ask(reader, 'get-messages', {
    narrow: [{ operator: 'search', operand: text }],
    anchor: 'newest',
    num_before: 100,
    num_after: 0,
    ...more,
  })
  expect(faultsOf('GET', '/messages', answer)).toEqual([])
  return Fetched.parse(answer).messages
}
const ids = async (text: string, reader = ann): Promise<number[]> =>
  (await search(text, {}, reader)).map(({ id }) => id)
const settleAll = async (): Promise<void> => {
  while ((await settleWords(at.ctx.database, here.org)) > 0);
}
/** What of the message the tables know: its words are written, it waits for them. */
const stateOf = async (id: number): Promise<readonly [boolean, boolean]> => {
  const [row] = await here.test.superuser(
    `SELECT EXISTS (SELECT FROM messaging.words WHERE message_id = $1) AS written,
        EXISTS (SELECT FROM messaging.unsettled WHERE message_id = $1) AS waits`,
    [id],
  )
  return [row?.['written'] === true, row?.['waits'] === true]
}
const recipientOf = async (id: number): Promise<number> => {
  const [row] = await here.test.superuser(
    'SELECT recipient_id AS id FROM messaging.messages WHERE message_id = $1',
    [id],
  )
  return z.object({ id: z.int() }).parse(row).id
}
/** Many messages like this one, of the given text. @returns ids, ascending */
const copy = async (id: number, count: number, content: string): Promise<number[]> => {
  const rows = await here.test.superuser(
    `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
        sent_at, sender_read)
      SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, m.sender_id, m.topic, $3, '<p>copy</p>', '',
        m.sent_at, true
      FROM messaging.messages m, generate_series(1, $2) WHERE m.message_id = $1 RETURNING message_id::integer AS id`,
    [id, count, content],
  )
  return rows.map((row) => Number(row['id'])).sort((a, b) => a - b)
}
/** What the index is asked for, of messages to these recipients; null where they are too many. */
const found = async (text: string, recipients: readonly number[], most: number): Promise<number[] | null> => {
  const rows = await at.ctx.database.read(here.org, (tx) =>
    tx.query(
      z.object({ ids: z.array(z.int()).nullable() }),
      'SELECT messaging.found($1, $2, $3, $4) AS ids',
      [here.org, text, recipients, most],
    ),
  )
  return rows[0]?.ids ?? null
}

test('the words of a piece are written by the key of each message, however many others there are and wait', async () => {
  const many = await copy(await say('one of many'), 500, 'copied')
  await settleAll()
  await copy(many[0] ?? 0, 500, 'copied again')
  /** Entries read of each index, by this connection so far. */
  const read = async (tx: Tx): Promise<ReadonlyMap<string, number>> => {
    const rows = await tx.query(
      z.object({ index: z.string(), entries: z.int() }),
      `SELECT c.relname AS index, pg_stat_get_xact_tuples_returned(c.oid)::integer AS entries
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid IN ('messaging.messages'::regclass, 'messaging.unsettled'::regclass)`,
    )
    return new Map(rows.map(({ index, entries }) => [index, entries]))
  }
  const used = await at.ctx.database.write(here.org, async (tx) => {
    const before = await read(tx)
    const settle = 'SELECT messaging.settle_words($1, 64, 64000) AS done'
    expect(await tx.query(z.object({ done: z.int() }), settle, [here.org])).toEqual([{ done: 64 }])
    return [...(await read(tx))].map(
      ([index, entries]) => [index, entries - (before.get(index) ?? 0)] as const,
    )
  })
  expect(Object.fromEntries(used.filter(([, entries]) => entries > 0))).toEqual({
    // For its text, to hold it, and whether it is gone.
    messages_pkey: 3 * 64,
    // Those that waited longest, and to forget them.
    unsettled_pkey: 2 * 64,
  })
  await settleAll()
})

test('words that were written are filed at once: no search reads what is pending of everybody', async () => {
  const pending = () =>
    here.test.superuser(`SELECT gin_clean_pending_list('messaging.words_of_messages') AS pages`)
  await copy(await say('one to be filed'), 100, 'filed')
  expect(await settleWords(at.ctx.database, here.org)).toBe(64)
  expect(await pending()).toEqual([{ pages: '0' }])
  await copy(await say('another'), 10, 'not filed')
  await at.ctx.database.write(here.org, (tx) =>
    tx.execute('SELECT messaging.settle_words($1, 64, 64000)', [here.org]),
  )
  // Where nobody files them they wait.
  expect(await pending()).not.toEqual([{ pages: '0' }])
  await settleAll()
})

describe('what is found', () => {
  test('words in any order, form and case, of text and topic', async () => {
    const id = await say('The **quick** foxes/jumped.over', 'zebra crossing')
    for (const text of ['fox', 'JUMP quick', 'zebras the', 'over', '"quick** fox"', '"zebra cross" foxes'])
      expect({ text, found: await ids(text) }).toEqual({ text, found: [id] })
    for (const text of ['quick bear', 'qui', '"fox quick"', '', '!', '""', '"**"', 'fox & bear | !'])
      expect({ text, found: await ids(text) }).toEqual({ text, found: [] })
  })

  test('follows edits, moves and deletions', async () => {
    const id = await say('walrus', 'arctic')
    await change(id, { content: 'penguin' })
    expect([await ids('walrus'), await ids('penguin')]).toEqual([[], [id]])
    await change(id, { topic: 'antarctic' })
    expect([await ids('arctic'), await ids('antarctic')]).toEqual([[], [id]])
    await here.test.superuser('UPDATE auth.users SET role = 200 WHERE user_id = $1', [ann])
    await here.unrelated()
    await at.ask(ann, 'delete-message', {}, { path: { message_id: String(id) } })
    expect(await ids('penguin')).toEqual([])
  })

  test('of what is more than is looked at one by one, pages from either end', async () => {
    const first = await say('needle')
    await copy(first, 5_001, 'needle hay')
    await settleAll()
    const last = await say('Needles')
    const newest = (await search('needle', { num_before: 2 })).map(({ id }) => id)
    expect(newest).toEqual([last - 1, last])
    const oldest = (await search('needle', { anchor: 'oldest', num_before: 0, num_after: 2 })).map(
      ({ id }) => id,
    )
    expect(oldest).toEqual([first, first + 1])
    expect(await ids('"needles" needle')).toEqual([last])
  })

  test('what is found twice, since its words were written meanwhile, stands once on a page', async () => {
    const first = await say('lemur')
    const all = [first, ...(await copy(first, 60, 'lemur'))]
    await settleAll()
    // The pieces that are looked at end between two of the same.
    const wanted = {
      kind: 'around',
      anchor: beyondNewest,
      includeAnchor: false,
      before: 41,
      after: 0,
    } as const
    const page = await at.ctx.database.write(here.org, async (tx) => {
      const { actor, rights } = await readActor(tx, userId(ann))
      if (!actor) throw new Error('there is no Ann')
      const list = listing(actor, rights)
      const text = { kind: 'search', text: 'lemurs', phrases: [], negated: false } as const
      const terms = await withFound(tx, list, [text])
      const twice = terms.map((term) =>
        term.kind === 'found' ? { ...term, ids: [...term.ids, ...term.ids] } : term,
      )
      return idsAround(tx, list, twice, wanted)
    })
    expect(page.ids).toEqual(all.slice(-41))
  })

  test('only what the reader may read, and nothing of another organisation', async () => {
    const closed = await here.channel({ name: 'closed', private: true })
    await here.subscribe(closed, ann)
    await at.ask(ann, 'send-message', { content: 'ocelot', type: 'channel', to: closed.id, topic: 'x' })
    expect(await search('ocelot', {}, bob)).toEqual([])
    expect(await search('ocelot')).toHaveLength(1)
    const other = await world(here.test, 'other')
    await using there = await other.instance()
    const eve = await other.user()
    const narrow = [{ operator: 'search', operand: 'ocelot' }]
    const fields = { narrow, anchor: 'newest', num_before: 9, num_after: 0 }
    expect(Fetched.parse(await there.ask(eve, 'get-messages', fields)).messages).toEqual([])
  })

  test('a search that is no text is refused', async () => {
    const narrow = [{ operator: 'search', operand: 7 }]
    expect(
      await outcome(at.ask(ann, 'get-messages', { narrow, anchor: 'newest', num_before: 1, num_after: 0 })),
    ).toMatchObject({
      code: 'BAD_NARROW',
    })
  })
})

describe('what is marked', () => {
  test('words of text and topic as they stand, never markup', async () => {
    await say('a [lynx](https://lynx.example.com) & **Lynxes**', '<lynx>')
    const [found] = await search('lynx')
    expect(found).toMatchObject({
      match_content:
        '<p>a <a href="https://lynx.example.com"><span class="highlight">lynx</span></a> &amp; <strong><span class="highlight">Lynxes</span></strong></p>',
      match_subject: '&lt;<span class="highlight">lynx</span>&gt;',
    })
  })

  test('nothing for what is not searched, and what is excluded', async () => {
    const id = await say('plain badger')
    const [without] = await search('', { narrow: [['id', id]] })
    expect(without).not.toHaveProperty('match_content')
    const [excluded] = await search('', {
      narrow: [{ operator: 'search', operand: 'toad', negated: true }],
      num_before: 1,
    })
    expect(excluded).toMatchObject({ match_content: '<p>plain badger</p>', match_subject: 'kettle' })
  })

  test('of given messages, where they are in the narrow', async () => {
    const toad = await say('a toad')
    const newt = await say('a newt')
    const matched = await at.ask(ann, 'check-messages-match-narrow', {
      msg_ids: [toad, newt],
      narrow: [{ operator: 'search', operand: 'toads' }],
    })
    expect(faultsOf('GET', '/messages/matches_narrow', matched)).toEqual([])
    expect(matched).toEqual({
      messages: {
        [toad]: { match_content: '<p>a <span class="highlight">toad</span></p>', match_subject: 'kettle' },
      },
    })
  })
})

test('what is found can be marked', async () => {
  const [older, newer] = [await say('gecko'), await say('gecko')]
  const answer = await at.ask(ann, 'update-message-flags-for-narrow', {
    narrow: [{ operator: 'search', operand: 'geckos' }],
    anchor: 'newest',
    num_before: 9,
    num_after: 0,
    op: 'add',
    flag: 'starred',
  })
  expect(answer).toMatchObject({ processed_count: 2, first_processed_id: older, last_processed_id: newer })
  const starred = [['is', 'starred']]
  expect((await search('', { narrow: starred })).map(({ id }) => id)).toEqual([older, newer])
})

describe('words are written outside of the head', () => {
  test('of what was sent, and searches look at what waits', async () => {
    const id = await say('okapi')
    expect([await stateOf(id), await ids('okapi')]).toEqual([[false, true], [id]])
    expect(await unsettledOrganisations(at.ctx.database)).toContain(here.org)
    await settleAll()
    expect([await stateOf(id), await ids('okapi')]).toEqual([[true, false], [id]])
    expect(await unsettledOrganisations(at.ctx.database)).toEqual([])
  })

  test('of what was changed, with other words only', async () => {
    const id = await say('ibex', 'alps')
    await settleAll()
    await change(id, { topic: '✔ alps' })
    expect(await stateOf(id)).toEqual([true, false])
    await change(id, { topic: 'Andes' })
    expect([await stateOf(id), await ids('alps'), await ids('andes ibex')]).toEqual([[false, true], [], [id]])
    await settleAll()
    await change(id, { content: 'chamois' })
    expect([await stateOf(id), await ids('ibex'), await ids('chamois')]).toEqual([[false, true], [], [id]])
    await settleAll()
    expect([await stateOf(id), await ids('ibex'), await ids('chamois')]).toEqual([[true, false], [], [id]])
  })

  test('nothing is left of what was deleted', async () => {
    await here.test.superuser('UPDATE auth.users SET role = 200 WHERE user_id = $1', [ann])
    await here.unrelated()
    const settled = await say('dodo')
    await settleAll()
    const waiting = await say('dodo')
    for (const id of [settled, waiting]) {
      await at.ask(ann, 'delete-message', {}, { path: { message_id: String(id) } })
      expect(await stateOf(id)).toEqual([false, false])
    }
  })

  test('of what somebody changes meanwhile later, and never of what is gone', async () => {
    await settleAll()
    const [held, gone] = [await say('held'), await say('gone')]
    await here.test.superuser('DELETE FROM messaging.messages WHERE message_id = $1', [gone])
    await here.test.superuser(
      'INSERT INTO messaging.unsettled SELECT org_id, recipient_id, $2 FROM messaging.messages WHERE message_id = $1',
      [held, gone],
    )
    await at.ctx.database.write(here.org, async (tx) => {
      await tx.execute('UPDATE messaging.messages SET sender_read = true WHERE message_id = $1', [held])
      // Takes away what is gone, and passes over what is held.
      expect(await settleWords(at.ctx.database, here.org)).toBe(1)
      expect(await settleWords(at.ctx.database, here.org)).toBe(0)
    })
    expect([await stateOf(held), await stateOf(gone)]).toEqual([
      [false, true],
      [false, false],
    ])
    await settleAll()
    expect([await stateOf(held), await stateOf(gone)]).toEqual([
      [true, false],
      [false, false],
    ])
  })

  test('by one at a time, a few messages of few bytes at once', async () => {
    await settleAll()
    const id = await say('vole')
    await copy(id, 100, 'vole')
    await at.ctx.database.write(here.org, async (tx) => {
      await tx.execute('SELECT pg_advisory_xact_lock(101, $1)', [here.org])
      expect(await settleWords(at.ctx.database, here.org)).toBe(0)
    })
    expect(await settleWords(at.ctx.database, here.org)).toBe(64)
    expect(await settleWords(at.ctx.database, here.org)).toBe(37)
    await copy(id, 20, 'vole '.repeat(2_000))
    expect(await settleWords(at.ctx.database, here.org)).toBe(7)
    await settleAll()
  })

  test('of what was there before there were words, in pieces, and it is found from the beginning', async () => {
    const id = await say('mammoth')
    await here.test.superuser('TRUNCATE messaging.words, messaging.unsettled')
    const [text] = (await migrationTexts()).filter(({ name }) => name.includes('messaging-words'))
    const fill = /INSERT INTO messaging.unfilled[^;]*;/.exec(text?.sql ?? '')?.[0] ?? ''
    await here.test.superuser(fill)
    expect(await ids('mammoth')).toEqual([id])
    expect(await unsettledOrganisations(at.ctx.database)).toContain(here.org)
    const most = await here.test.superuser('SELECT count(*)::integer AS n FROM messaging.messages')
    expect(Number(most[0]?.['n'])).toBeGreaterThan(2_000)
    await settleWords(at.ctx.database, here.org)
    expect(await here.test.superuser('SELECT count(*)::integer AS n FROM messaging.unsettled')).toEqual([
      { n: 1_000 },
    ])
    expect(await ids('mammoth')).toEqual([id])
    await settleAll()
    expect(
      await here.test.superuser('SELECT * FROM messaging.unfilled WHERE org_id = $1', [here.org]),
    ).toEqual([])
    expect([await stateOf(id), await ids('mammoth')]).toEqual([[true, false], [id]])
  })
})

describe('what others wrote', () => {
  test('is neither counted nor looked at', async () => {
    const closed = await here.channel({ name: 'closed to ann', private: true })
    await here.subscribe(closed, bob)
    const mine = await say('quokka')
    const own = await recipientOf(mine)
    const sent = z.object({ id: z.int() })
    const theirs = sent.parse(
      await at.ask(bob, 'send-message', { content: 'quokka', type: 'channel', to: closed.id, topic: 'x' }),
    ).id
    const other = await recipientOf(theirs)
    await settleAll()
    await here.test.superuser('ANALYZE messaging.words')
    const before = await visited('quokkas', own)
    expect(await found('quokka', [own], 1)).toEqual([mine])
    const copies = await copy(theirs, 3_000, 'quokka')
    // While they wait, and once they are settled.
    expect(await found('quokka', [own], 1)).toEqual([mine])
    await settleAll()
    await here.test.superuser('ANALYZE messaging.words')
    expect(await found('quokka', [own], 1)).toEqual([mine])
    const after = await visited('quokkas', own)
    expect(after).toEqual(before)
    expect(after).toEqual({ fromIndex: [1], fromTable: [1], filtered: false })
    expect(await found('quokka', [own, other], 1)).toBeNull()
    expect(await found('quokka', [other, own], 9_999)).toHaveLength(copies.length + 2)
    // So it is the place in the narrow and the reader that decide what is counted.
    expect(await ids('quokka')).toEqual([mine])
    expect((await search('quokka', {}, bob)).map(({ id }) => id)).toEqual(
      [mine, theirs, ...copies].slice(-100),
    )
  })

  test('cannot be seen by the owner either, but where and what is searched for', async () => {
    const id = await say('numbat')
    await settleAll()
    const recipient = await recipientOf(id)
    const owner = await here.test.as('owner')
    await owner.write(here.org, async (tx) => {
      const ask = () => tx.query(z.object({ id: z.int() }), 'SELECT message_id AS id FROM messaging.words')
      expect(await ask()).toEqual([])
      for (const none of ['', '{}', '{NULL}', '{0}']) {
        await tx.execute(`SELECT set_config('app.keys', $1, true)`, [none])
        expect(await ask()).toEqual([])
      }
      await tx.execute(keysOf, [recipient + 1, 'numbats'])
      expect(await ask()).toEqual([])
      await tx.execute(keysOf, [recipient, 'numbats'])
      expect(await ask()).toEqual([{ id }])
    })
  })
})

const keysOf = `SELECT set_config('app.keys', messaging.word_keys($1, messaging.words_of($2))::text, true)`

/** How many rows a search in one conversation visits, as the statement of `messaging.found` does it. */
async function visited(text: string, recipient: number): Promise<Record<string, unknown>> {
  const owner = await here.test.as('owner')
  const lines = await owner.write(here.org, async (tx) => {
    for (const [name, value] of [
      ['enable_seqscan', 'off'],
      ['enable_indexscan', 'off'],
      ['plan_cache_mode', 'force_generic_plan'],
    ])
      await tx.execute('SELECT set_config($1, $2, true)', [name, value])
    await tx.execute(keysOf, [recipient, text])
    const rows = await tx.query(
      z.object({ 'QUERY PLAN': z.string() }),
      'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT message_id FROM messaging.words LIMIT 5001',
    )
    return rows.map((row) => row['QUERY PLAN'])
  })
  const plan = lines.join('\n')
  expect(plan).toMatch(/Bitmap Index Scan on words_of_messages .*\n *Index Cond: \(messaging\.word_keys\(/)
  const counts = (node: string): number[] =>
    lines.filter((line) => line.includes(node)).map((line) => Number(/rows=([\d.]+)/.exec(line)?.[1]))
  return {
    fromIndex: counts('Bitmap Index Scan'),
    fromTable: counts('Bitmap Heap Scan'),
    filtered: plan.includes('Rows Removed by Filter'),
  }
}

describe('a search is refused', () => {
  const refused = (narrow: unknown) =>
    outcome(at.ask(ann, 'get-messages', { narrow, anchor: 'newest', num_before: 1, num_after: 0 }))
  const term = (operand: string) => ({ operator: 'search', operand })

  test.each([
    [[term('a b c d e f g h i j k')], 'A search may hold at most 10 words'],
    [[term('"!"'.repeat(11))], 'A search may hold at most 10 words'],
    [['a', 'b', 'c', 'd'].map(term), 'A narrow may hold at most 3 searches'],
  ])('that is too large: %j', async (narrow, msg) => {
    expect(await refused(narrow)).toEqual({ code: 'BAD_REQUEST', msg })
  })

  test('what just fits is answered', async () => {
    expect(
      await refused([term('a b c d e f g h i j'), term('"!"'.repeat(10)), term('a'.repeat(1_000))]),
    ).toMatchObject({ messages: [] })
  })
})

test('of a large page only the first messages are marked, and none of what is larger than is looked through', async () => {
  const small = await say('wombat')
  const large = await say('wombat')
  const after = await say('wombat')
  await here.test.superuser(
    `UPDATE messaging.messages SET rendered = '<p>wombat</p>' || repeat('<br>', 250000) WHERE message_id = $1`,
    [large],
  )
  const shown = await search('wombat')
  expect(shown.map(({ id }) => id)).toEqual([small, large, after])
  const [first, ...others] = shown
  expect(first?.match_content).toBe('<p><span class="highlight">wombat</span></p>')
  for (const { match_content, content } of others) expect(match_content).toBe(content)
  const words = Array.from({ length: 20_001 }, (_, i) => `w${i}`).join(' ')
  await here.test.superuser(
    `UPDATE messaging.messages SET rendered = '<p>wombat ' || $2 || '</p>' WHERE message_id = $1`,
    [large, words],
  )
  const [, second] = await search('wombat')
  expect(second?.match_content).toBe(second?.content)
})
