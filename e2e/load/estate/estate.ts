import type { Client } from 'pg'
import { addCrowd, type Member } from '../crowd.ts'
import { withoutIndexes } from './indexes.ts'
import { texts, wordOf } from './texts.ts'

/** How much there is in an organisation. */
export interface EstateSize {
  readonly people: number
  readonly channels: number
  readonly messages: number
}

/** An organisation that has been in use for two years, and who is asked for its history. */
export interface Estate {
  /** Subscribed to 300 channels, with 20,000 messages unread. */
  readonly reader: Member
  /** A channel of all people, and one of ten. */
  readonly everybody: number
  readonly ten: number
  /** The channel and topic with the most messages of those the reader is subscribed to. */
  readonly busiest: { readonly channel: number; readonly topic: string }
  /** Somebody with whom the reader talks. */
  readonly partner: number
  /** Two words, both in many messages and in some together. */
  readonly words: string
}

const readerChannels = 300
const unread = 20_000
/** Channels of everybody else, of those that not everybody is in. */
const channelsEach = 30
const readerPartners = 200
const sentences = 20_000
const piece = 250_000

/**
 * Fills an organisation, written as the services write but without their events: before anybody has asked for anything.
 * A few channels hold most messages, as everywhere; the same on every machine, but for the random numbers of Postgres.
 */
export async function fill(
  database: Client,
  org: number,
  { people, channels, messages }: EstateSize,
  progress: (line: string) => void,
): Promise<Estate> {
  progress(`${people} people, ${channels} channels`)
  await database.query('SELECT setseed(0.42)')
  const members = await addCrowd(database, { org, channel: null, size: people, name: 'person' })
  const reader = members[0]
  if (!reader) throw new Error('an estate needs people')
  const ids = members.map(({ id }) => id)
  await addChannels(database, org, channels, ids)
  await addConversations(database, org, ids)
  await addMessages(database, org, ids, messages, progress)
  // What triggers keep, had there been any.
  await database.query(
    `INSERT INTO messaging.channel_activity (org_id, channel_id, first_message_id, last_sent_at)
      SELECT r.org_id, r.channel_id, f.message_id, l.sent_at
      FROM messaging.recipients r,
        LATERAL (SELECT m.message_id FROM messaging.messages m WHERE m.org_id = $1 AND m.recipient_id = r.recipient_id
          ORDER BY m.message_id LIMIT 1) AS f,
        LATERAL (SELECT m.sent_at FROM messaging.messages m WHERE m.org_id = $1 AND m.recipient_id = r.recipient_id
          ORDER BY m.message_id DESC LIMIT 1) AS l
      WHERE r.org_id = $1 AND r.channel_id IS NOT NULL`,
    [org],
  )
  progress('who has read what')
  await leaveUnread(database, org, reader.id)
  await database.query('ANALYZE')
  // Autovacuum has been there, as it is behind every two thousand messages of one that is in use.
  await database.query('VACUUM messaging.messages')
  return { reader, ...(await places(database, org, reader.id)) }
}

async function addChannels(database: Client, org: number, channels: number, ids: number[]): Promise<void> {
  await database.query(
    `CREATE TEMP TABLE estate_recipients AS
      SELECT n::int AS n, nextval('streams.channel_ids')::int AS channel_id, nextval('messaging.recipient_ids')::int AS recipient_id,
        NULL::int[] AS user_ids
      FROM generate_series(1, $1::int) AS n`,
    [channels],
  )
  await database.query(
    `INSERT INTO messaging.recipients (org_id, recipient_id, channel_id)
      SELECT $1, recipient_id, channel_id FROM estate_recipients`,
    [org],
  )
  // Every fifth is private.
  await database.query(
    `INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, description, rendered_description,
        invite_only, history_public_to_subscribers, creator_id, created_at)
      SELECT $1, channel_id, recipient_id, 'channel ' || n, 'channel ' || n, 'What is said in ' || n,
        '<p>What is said in ' || n || '</p>', n > 2 AND n % 5 = 0, true, ($2::int[])[1], now() - interval '2 years'
      FROM estate_recipients`,
    [org, ids],
  )
  await database.query(
    `CREATE TEMP TABLE estate_members AS
      SELECT 1 AS n, u FROM unnest($1::int[]) AS u
      UNION SELECT 2, u FROM unnest(($1::int[])[1:10]) AS u
      UNION SELECT n, ($1::int[])[1] FROM generate_series(1, least($2, $3)::int) AS n
      UNION SELECT 3 + floor(random() * ($3::int - 2))::int, u FROM unnest(($1::int[])[2:]) AS u, generate_series(1, $4::int)`,
    [ids, readerChannels, channels, channelsEach],
  )
  await database.query(
    `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
      SELECT $1, e.channel_id, m.u, '#76ce90', now() - interval '2 years'
      FROM estate_members m JOIN estate_recipients e USING (n)`,
    [org],
  )
  await database.query(
    `INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
      SELECT $1, m.u, e.recipient_id, '{[0,)}' FROM estate_members m JOIN estate_recipients e USING (n)`,
    [org],
  )
}

/** Conversations of two, three of each person's, and more of the reader's. */
async function addConversations(database: Client, org: number, ids: number[]): Promise<void> {
  await database.query(
    `INSERT INTO estate_recipients (n, recipient_id, user_ids)
      SELECT -row_number() OVER (), nextval('messaging.recipient_ids')::int, pair
      FROM (
        SELECT DISTINCT ARRAY[least(a, b), greatest(a, b)] AS pair FROM (
          SELECT ($1::int[])[1] AS a, u AS b FROM unnest(($1::int[])[2:$2::int + 1]) AS u
          UNION ALL
          SELECT u, ($1::int[])[1 + floor(random() * cardinality($1::int[]))::int]
          FROM unnest($1::int[]) AS u, generate_series(1, 3)) AS p (a, b)
        WHERE a <> b) AS pairs`,
    [ids, readerPartners],
  )
  await database.query(
    `INSERT INTO messaging.recipients (org_id, recipient_id, user_ids)
      SELECT $1, recipient_id, user_ids FROM estate_recipients WHERE user_ids IS NOT NULL`,
    [org],
  )
  await database.query(
    `INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
      SELECT $1, u, recipient_id, '{[0,)}' FROM estate_recipients, unnest(user_ids) AS u`,
    [org],
  )
}

async function addMessages(
  database: Client,
  org: number,
  people: number[],
  messages: number,
  progress: (line: string) => void,
): Promise<void> {
  await database.query(
    `CREATE TEMP TABLE estate_texts AS
      SELECT n::int - 1 AS n, text, messaging.words_of(text) AS words FROM unnest($1::text[]) WITH ORDINALITY AS t (text, n)`,
    [texts(sentences)],
  )
  await database.query('ANALYZE estate_recipients, estate_texts')
  await withoutIndexes(database, ['messaging.messages', 'messaging.words'], async () => {
    for (let done = 0; done < messages; done += piece) {
      progress(`${done} of ${messages} messages`)
      // Nineteen of twenty go to channels.
      await database.query(
        `CREATE TEMP TABLE estate_piece AS
        SELECT nextval('messaging.message_ids') AS id, e.recipient_id,
          CASE WHEN e.user_ids IS NULL THEN ($4::int[])[1 + floor(m.d * $5)::int] ELSE e.user_ids[1 + floor(m.d * 2)::int] END AS sender,
          CASE WHEN e.user_ids IS NULL THEN 'topic ' || floor(60 * m.c * m.c)::int ELSE '' END AS topic,
          a.text || ' ' || b.text AS text, a.words || b.words AS words,
          date_trunc('second', now() - interval '2 years' * (1 - ($2::float8 + m.i) / ($3::float8 + 1))) AS sent_at
        FROM (
          SELECT i, random() AS c, random() AS d, floor(random() * $6)::int AS a, floor(random() * $6)::int AS b,
            CASE WHEN random() < 0.95 THEN 1 + floor(s.channels * power(random(), 3))::int
              ELSE -1 - floor(s.conversations * power(random(), 2))::int END AS n
          FROM generate_series(1, $1::int) AS i,
            (SELECT count(*) FILTER (WHERE n > 0) AS channels, count(*) FILTER (WHERE n < 0) AS conversations
              FROM estate_recipients) AS s
          OFFSET 0
        ) AS m
        JOIN estate_recipients e ON e.n = m.n
        JOIN estate_texts a ON a.n = m.a
        JOIN estate_texts b ON b.n = m.b
        ORDER BY m.i`,
        [Math.min(piece, messages - done), done, messages, people, people.length, sentences],
      )
      await database.query(
        `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
          sent_at, sender_read)
        SELECT $1, id, recipient_id, sender, topic, text, '<p>' || text || '</p>', 'website', sent_at, true
        FROM estate_piece ORDER BY id`,
        [org],
      )
      await database.query(
        `INSERT INTO messaging.words (org_id, message_id, recipient_id, words)
        SELECT $1, id, recipient_id, strip(words || messaging.words_of(topic)) FROM estate_piece ORDER BY id`,
        [org],
      )
      await database.query('DROP TABLE estate_piece')
    }
    progress('indexes')
  })
}

/** Everybody has read everything; only the reader has not read the newest. */
async function leaveUnread(database: Client, org: number, reader: number): Promise<void> {
  await database.query(
    `INSERT INTO messaging.read_state (org_id, user_id, recipient_id, ranges)
      SELECT r.org_id, r.user_id, r.recipient_id,
        int8multirange(int8range(0, CASE WHEN r.user_id = $2 THEN u.first ELSE u.last + 1 END))
      FROM messaging.received r CROSS JOIN (
        SELECT max(message_id) AS last, min(message_id) AS first FROM (
          SELECT m.message_id FROM messaging.messages m
          JOIN messaging.received r ON r.org_id = m.org_id AND r.user_id = $2 AND r.recipient_id = m.recipient_id
          WHERE m.org_id = $1 AND m.sender_id <> $2 ORDER BY m.message_id DESC LIMIT ${unread}) AS newest) AS u
      WHERE r.org_id = $1`,
    [org, reader],
  )
  await database.query(
    `INSERT INTO streams.user_topics (org_id, user_id, channel_id, topic, policy, changed_at)
      SELECT $1, $2, channel_id, 'topic 7', 1, now() FROM estate_recipients WHERE n BETWEEN 1 AND 50`,
    [org, reader],
  )
}

async function places(database: Client, org: number, reader: number): Promise<Omit<Estate, 'reader'>> {
  const { rows } = await database.query<Omit<Estate, 'reader' | 'busiest'> & { topic: string }>(
    `SELECT (SELECT channel_id FROM estate_recipients WHERE n = 1) AS everybody,
      (SELECT channel_id FROM estate_recipients WHERE n = 2) AS ten,
      (SELECT topic FROM messaging.messages m JOIN estate_recipients e USING (recipient_id)
        WHERE m.org_id = $1 AND e.n = 1 GROUP BY topic ORDER BY count(*) DESC LIMIT 1) AS topic,
      (SELECT u FROM (SELECT user_ids FROM messaging.messages m JOIN estate_recipients e USING (recipient_id)
        WHERE m.org_id = $1 AND $2 = ANY (e.user_ids) GROUP BY user_ids ORDER BY count(*) DESC LIMIT 1) AS c,
        unnest(user_ids) AS u WHERE u <> $2) AS partner`,
    [org, reader],
  )
  const [row] = rows
  if (!row) throw new Error('nothing was filled')
  const { everybody, ten, partner, topic } = row
  return {
    everybody,
    ten,
    partner,
    busiest: { channel: everybody, topic },
    words: `${wordOf(20)} ${wordOf(35)}`,
  }
}
