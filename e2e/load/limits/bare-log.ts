import pg from 'pg'
import { z } from 'zod'
import { bareConnection } from './bare-pg.ts'

export interface BareSend {
  readonly channel: number
  readonly topic: string
  readonly content: string
}

export interface BareLog {
  /** Postgres' process behind the connection. */
  readonly pids: readonly number[]
  /** Resolves with the message's id once it is committed. */
  write(send: BareSend): Promise<number>
}

/** Of all pauses that were tried the one that cost the least at 1,600 sends a second. */
const gatherMs = 3
const org = 1
const sender = 1

/**
 * One transaction and one trip: the head is taken and moved on, the messages and their events are inserted behind it,
 * planned once. Ids are the numbers of the log.
 */
const insertSends = `
  WITH head AS (
    UPDATE bare.head SET seq = seq + cardinality($2::integer[]) WHERE org_id = $1
      RETURNING seq - cardinality($2::integer[]) AS before
  ), sent AS MATERIALIZED (
    SELECT before + n AS id, channel, topic, content, body
    FROM head, unnest($2::integer[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS s (channel, topic, content, body, n)
  ), messages AS (
    INSERT INTO bare.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at,
        sender_read)
      SELECT $1, id, channel, $6, topic, content, content, 'bare', now(), true FROM sent
  ), events AS (
    INSERT INTO bare.log (org_id, seq, at, type, body, user_ids, channel_id, rights_after, revokes)
      SELECT $1, id, now(), 'message.sent', body::json, '{}', channel, 0, false FROM sent
  )
  SELECT before FROM head`

const Rows = z.tuple([z.object({ before: z.coerce.number().int() })])

interface Pending {
  readonly send: BareSend
  readonly settle: PromiseWithResolvers<number>
}

/**
 * The least that a durable send needs of Postgres: one writer that takes what all callers ask for in one moment into one
 * transaction. As messaging's role over mutual TLS, on the product's own Postgres, in the tables of `../bare-tables.ts`.
 * It asks for no right and keeps no key of a send, so it finds no repeated one; no text is rendered, no word is put into
 * an index, nobody's received or read messages are looked at, and nobody is told.
 */
export async function bareLog(
  data: string,
  { port, callers }: { readonly port: number; readonly callers: number },
): Promise<BareLog> {
  const client = new pg.Client(bareConnection(data, 'messaging', port))
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const waiting: Pending[] = []
  let writing = false
  let wake = (): void => {}

  const writeBatch = async (batch: readonly Pending[]): Promise<void> => {
    const sends = batch.map(({ send }) => send)
    const values = [
      org,
      sends.map(({ channel }) => channel),
      sends.map(({ topic }) => topic),
      sends.map(({ content }) => content),
      sends.map((send) => JSON.stringify({ ...send, rendered: send.content, sender_id: sender })),
      sender,
    ]
    const written = await client.query({ name: 'insert sends', text: insertSends, values })
    const [{ before }] = Rows.parse(written.rows)
    batch.forEach(({ settle }, i) => settle.resolve(before + i + 1))
  }

  /** Fewer and fuller transactions cost less: all who ask are waited for, but not for long. */
  const gathered = async (): Promise<void> => {
    if (waiting.length >= callers) return
    const full = Promise.withResolvers<void>()
    wake = full.resolve
    const timer = setTimeout(full.resolve, gatherMs)
    await full.promise
    clearTimeout(timer)
  }

  const drain = async (): Promise<void> => {
    writing = true
    while (waiting.length > 0) {
      await gathered()
      await writeBatch(waiting.splice(0, callers))
    }
    writing = false
  }

  return {
    pids: rows.map(({ pid }) => pid),
    write(send) {
      const settle = Promise.withResolvers<number>()
      waiting.push({ send, settle })
      if (!writing) void drain()
      else if (waiting.length >= callers) wake()
      return settle.promise
    },
  }
}
