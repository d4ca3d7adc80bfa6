import { decide } from '@parley/access'
import { FetchedMessage } from '@parley/api'
import { readActor } from '@parley/db'
import { AppError, userId } from '@parley/core'
import { renderContext } from '@parley/markdown'
import { render } from '@parley/markdown/here'
import { size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readMessageFacts } from '../src/facts/message-facts.ts'
import { beyondNewest } from '../src/rules/anchor.ts'
import { type Built, build, someOrganisation } from './random-organisation.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const runs = size(4, 200)

/** A term by places in the lists of people, channels and messages. */
const someTerm = fc.record({
  operator: fc.constantFrom(
    'channel',
    'channel',
    'channels',
    'topic',
    'sender',
    'dm',
    'dm-including',
    'group-pm-with',
    'is',
    'is',
    'is',
    'has',
    'has',
    'id',
    'search',
    'search',
    'search',
    'in',
    'in',
    'near',
  ),
  negated: fc.boolean(),
  place: fc.nat(4),
  other: fc.nat(4),
  topic: fc.constantFrom('t0', 'T1', '✔ t1', ''),
  is: fc.constantFrom(
    'dm',
    'starred',
    'unread',
    'mentioned',
    'resolved',
    'alerted',
    'followed',
    'followed',
    'muted',
    'muted',
  ),
  search: fc.constantFrom(
    'tea',
    'TEAS hot',
    't1',
    'hot-tea',
    '"t teas"',
    '"tea, "',
    'b',
    'x',
    '!',
    '%',
    '"_"',
    'é',
  ),
  has: fc.constantFrom('link', 'image', 'attachment', 'reaction'),
})
type Term = typeof someTerm extends fc.Arbitrary<infer T> ? T : never

const Message = z.object({
  id: z.int(),
  /** Seconds since the Unix epoch. */
  sent: z.int(),
  channel: z.int().nullable(),
  closed: z.boolean().nullable(),
  users: z.array(z.int()).nullable(),
  topic: z.string(),
  sender: z.int(),
  content: z.string(),
  reactions: z.int(),
  received: z.array(z.int()),
  /** By person, what they chose for its topic, and who muted its channel. */
  policies: z.record(z.string(), z.int()),
  muted: z.array(z.int()),
})
type Message = z.output<typeof Message>

/** Hours of talk, by clocks that are apart by up to 50 s: a later message may be of an earlier time. */
const spreadInTime = ({ place }: Built) =>
  database.superuser(
    `UPDATE messaging.messages m SET sent_at = to_timestamp(1700000000 + n.n * 40 + (m.message_id * 7919) % 50)
       FROM (SELECT message_id, row_number() OVER (ORDER BY message_id) AS n
         FROM messaging.messages WHERE org_id = $1) AS n
       WHERE m.org_id = $1 AND m.message_id = n.message_id`,
    [place.org],
  )

const allMessages = async ({ place }: Built): Promise<Message[]> =>
  z.array(Message).parse(
    await database.superuser(
      `SELECT m.message_id::integer AS id, extract(epoch FROM m.sent_at)::integer AS sent, rc.channel_id AS channel, c.invite_only AS closed, rc.user_ids AS users, m.topic,
          m.sender_id AS sender, m.content,
          (SELECT count(*) FROM messaging.reactions e WHERE e.message_id = m.message_id)::integer AS reactions,
          ARRAY(SELECT r.user_id FROM messaging.received r
            WHERE r.recipient_id = m.recipient_id AND r.ranges @> m.message_id) AS received,
          (SELECT coalesce(jsonb_object_agg(t.user_id, t.policy), '{}') FROM streams.user_topics t
            WHERE t.channel_id = rc.channel_id AND lower(t.topic) = lower(m.topic)) AS policies,
          ARRAY(SELECT b.user_id FROM streams.subscriptions b
            WHERE b.channel_id = rc.channel_id AND b.active AND b.is_muted) AS muted
        FROM messaging.messages m
        JOIN messaging.recipients rc ON rc.recipient_id = m.recipient_id
        LEFT JOIN streams.channels c ON c.channel_id = rc.channel_id
        WHERE m.org_id = $1 ORDER BY m.message_id`,
      [place.org],
    ),
  )

const at = <T>(list: readonly T[], place: number): T | undefined => list[place % list.length]

/** The term as the API takes it. */
function wire(term: Term, { channels, users, ids }: Built): Record<string, unknown> {
  const operands: Readonly<Record<string, unknown>> = {
    channel: at(channels, term.place)?.id,
    channels: 'public',
    topic: term.topic,
    sender: at(users, term.place),
    dm: [at(users, term.place), at(users, term.other)],
    'dm-including': at(users, term.place),
    'group-pm-with': at(users, term.place),
    is: term.is,
    has: term.has,
    search: term.search,
    id: at(ids, term.place) ?? 1,
    in: term.place % 2 === 0 ? 'all' : 'home',
    near: at(ids, term.place) ?? 1,
  }
  return { operator: term.operator, operand: operands[term.operator], negated: term.negated }
}

/** Words without what the plural adds to the few that are tried. */
const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.replace(/^teas$/, 'tea'))

function searched(text: string, m: Message): boolean {
  const held = new Set(wordsOf(`${m.topic} ${m.content}`))
  const words = wordsOf(text)
  const phrases = [...text.matchAll(/"([^"]+)"/g)].map(([, phrase = '']) => phrase.toLowerCase())
  return (
    words.length > 0 &&
    words.every((word) => held.has(word)) &&
    phrases.every((phrase) => [m.topic, m.content].some((where) => where.toLowerCase().includes(phrase)))
  )
}

/** Did the reader mute it? Muting whole channels counts where one does not look into one. */
function isMuted(m: Message, reader: number, inChannel: boolean): boolean {
  const chosen = m.policies[String(reader)]
  return chosen === undefined ? !inChannel && m.muted.includes(reader) : chosen === 1
}

const namesChannel = (terms: readonly Term[]): boolean =>
  terms.some((term) => term.operator === 'channel' && !term.negated)

interface Looked {
  readonly built: Built
  readonly reader: number
  readonly terms: readonly Term[]
}

/** Does a message satisfy the term, its sign aside, for a reader who has these flags on it? */
function naive(term: Term, m: Message, looked: Looked, flags: readonly string[]): boolean {
  const { built, reader, terms } = looked
  const { channels, users, ids } = built
  const rendered = render(m.content, renderContext({ organisationUrl: 'https://acme.example.com' }))
  switch (term.operator) {
    case 'channel':
      return m.channel === at(channels, term.place)?.id
    case 'channels':
      return m.closed === false
    case 'topic':
      return m.channel !== null && m.topic.toLowerCase() === term.topic.toLowerCase()
    case 'sender':
      return m.sender === at(users, term.place)
    case 'dm': {
      const wanted = new Set([reader, at(users, term.place), at(users, term.other)])
      return m.users?.length === wanted.size && m.users.every((user) => wanted.has(user))
    }
    case 'dm-including':
      return m.users?.includes(at(users, term.place) ?? 0) ?? false
    case 'group-pm-with':
      return (m.users?.length ?? 0) > 2 && (m.users?.includes(at(users, term.place) ?? 0) ?? false)
    case 'id':
      return m.id === (at(ids, term.place) ?? 1)
    case 'search':
      return searched(term.search, m)
    case 'in':
      return term.place % 2 === 0 || !isMuted(m, reader, namesChannel(terms))
    case 'near':
      return !term.negated
    case 'has':
      if (term.has === 'reaction') return m.reactions > 0
      if (term.has === 'link') return rendered.hasLink
      return term.has === 'image' ? rendered.hasImage : rendered.hasAttachment
    default:
      if (term.is === 'dm') return m.channel === null
      if (term.is === 'resolved') return m.channel !== null && m.topic.startsWith('✔ ')
      if (term.is === 'unread') return !flags.includes('read')
      if (term.is === 'alerted') return flags.includes('has_alert_word')
      if (term.is === 'starred') return flags.includes('starred')
      if (term.is === 'muted') return isMuted(m, reader, false)
      if (term.is === 'followed') return m.policies[String(reader)] === 3
      return term.is === 'mentioned' && flags.some((flag) => flag.endsWith('mentioned'))
  }
}

/** What the reader may look through: a channel's whole history where one is named, else what came to them. */
const reachesBack = (terms: readonly Term[]): boolean =>
  terms.some((term) => !term.negated && (term.operator === 'channel' || term.operator === 'channels')) &&
  !terms.some((term) => term.operator === 'is' && term.is !== 'resolved')

const Fetched = z.object({
  messages: z.array(FetchedMessage),
  anchor: z.number().optional(),
  found_newest: z.boolean().optional(),
})

interface Known {
  readonly flags: ReadonlyMap<number, readonly string[]>
  /** What the rule for one message lets the reader read. */
  readonly readable: ReadonlySet<number>
}

async function knownOf(
  { place, at: instance, ids }: Built,
  messages: readonly Message[],
  reader: number,
): Promise<Known> {
  const own = Fetched.parse(await instance.ask(reader, 'get-messages', { message_ids: ids }))
  const readable = await instance.ctx.database.read(place.org, async (tx) => {
    const { actor } = await readActor(tx, userId(reader))
    const found = new Set<number>()
    for (const { id } of messages) {
      const facts = actor && (await readMessageFacts(tx, actor, id))
      if (actor && facts && decide('message:read', actor, facts).ok) found.add(id)
    }
    return found
  })
  return { flags: new Map(own.messages.map((message) => [message.id, message.flags])), readable }
}

test('AC-03 every narrow finds what a look at every message that may be read finds, whole and in pages', async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      someOrganisation,
      fc.array(fc.array(someTerm, { minLength: 1, maxLength: 3 }), { minLength: 20, maxLength: 20 }),
      async (given, narrows) => {
        const built = await build(database, given)
        await using instance = built.at
        const { ids } = built
        await spreadInTime(built)
        const messages = await allMessages(built)
        const known = new Map<number, Promise<Known>>()
        const knownTo = (reader: number): Promise<Known> => {
          const now = knownOf(built, messages, reader)
          known.set(reader, now)
          return now
        }
        for (const [i, terms] of narrows.entries()) {
          const reader = at(built.users, i) ?? 0
          const ask = async (fields: Record<string, unknown>) =>
            Fetched.parse(
              await instance.ask(reader, 'get-messages', { num_before: 0, num_after: 0, ...fields }),
            )
          const narrow = terms.map((term) => wire(term, built))
          let whole: number[]
          try {
            whole = (await ask({ narrow, anchor: 'oldest', num_after: 1000 })).messages.map(({ id }) => id)
          } catch (error) {
            // A channel that the reader may not know of, or channels together with people.
            if (error instanceof AppError && error.code === 'BAD_NARROW') continue
            throw error
          }
          const { flags, readable } = await (known.get(reader) ?? knownTo(reader))
          const reach = reachesBack(terms)
          const looked = { built, reader, terms }
          const suiting = messages.filter(
            (m) =>
              readable.has(m.id) &&
              terms.every((term) => naive(term, m, looked, flags.get(m.id) ?? []) !== term.negated),
          )
          const expected = suiting.filter((m) => reach || m.received.includes(reader))
          expect({ narrow, ids: whole }).toEqual({ narrow, ids: expected.map(({ id }) => id) })
          compared++

          const named = Fetched.parse(
            await instance.ask(reader, 'get-messages', { narrow, message_ids: ids }),
          )
          expect({ narrow, ids: named.messages.map(({ id }) => id) }).toEqual({
            narrow,
            ids: suiting.map(({ id }) => id),
          })
          const unread = suiting.find(
            (m) =>
              m.received.includes(reader) &&
              !(flags.get(m.id) ?? []).includes('read') &&
              !isMuted(m, reader, namesChannel(terms)),
          )
          const { anchor } = await ask({ narrow, anchor: 'first_unread' })
          expect({ narrow, anchor }).toEqual({ narrow, anchor: unread?.id ?? beyondNewest })

          const since = (at(messages, i * 7)?.sent ?? 0) + (i % 3) - 1
          const dated = await ask({
            narrow,
            anchor: 'date',
            anchor_date: new Date(since * 1000).toISOString(),
          })
          expect({ narrow, since, anchor: dated.anchor }).toEqual({
            narrow,
            since,
            anchor: expected.find((m) => m.sent >= since)?.id ?? beyondNewest,
          })

          const paged: number[] = []
          for (let end = false; !end;) {
            const page = await ask({
              narrow,
              anchor: String(paged.at(-1) ?? 0),
              num_after: 2,
              include_anchor: false,
            })
            paged.push(...page.messages.map(({ id }) => id))
            end = page.found_newest === true
          }
          expect(paged).toEqual(whole)
        }
      },
    ),
    { numRuns: runs },
  )
  expect(compared).toBeGreaterThan(runs * 5)
})
