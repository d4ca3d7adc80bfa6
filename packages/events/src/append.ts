import { internal, type Rights, type Seq, seq as toSeq } from '@parley/core'
import { finishing, only, prepared, sqlState, type Tx } from '@parley/db'
import { z } from 'zod'
import type { NewEvent } from './event.ts'
import { StaleRights } from './stale-rights.ts'

/** What a transaction has appended to its organisation's log. */
export interface Appended {
  /** The last event's place. */
  readonly seq: Seq
  /** Took a right away: the answer waits until every gateway has applied it. */
  readonly revokes: boolean
}

/** The head as one transaction holds it. */
interface Held {
  readonly appended: Appended | null
}

// Lives as long as the transaction that holds the head.
const heldBy = new WeakMap<Tx, Held>()

const HeadRow = z.object({ seq: z.int(), rights: z.int() })

/** An event with its body is one NATS message at least, which holds 1 MiB. */
const maxEventBytes = 512 * 1024

/**
 * Takes the head of the organisation's log until the transaction ends, for who draws ids behind it. Rows of the change
 * are locked before, inserts come after.
 * @param rights what the decision was made under; null where it depends on none
 * @returns the place of the last event
 * @throws StaleRights where rights have moved since
 */
export async function hold(tx: Tx, rights: Rights | null): Promise<Seq> {
  if (heldBy.has(tx)) throw internal(new Error('the head is held already'))
  const head = await behindHead(() =>
    tx.query(HeadRow, prepared('SELECT seq, rights FROM events.hold($1, $2)'), [tx.org, rights]),
  )
  heldBy.set(tx, { appended: null })
  return toSeq(head.seq)
}

/**
 * Appends events to the log of the transaction's organisation, numbered in the order of commits: the last step of a
 * write. Further appends of the same transaction follow without a gap.
 * @param rights what the decision was made under; null where it depends on none (acts of the server itself)
 * @returns the place of the last of these events
 * @throws StaleRights where rights have moved since: nothing is written, decide again
 */
export async function append(tx: Tx, rights: Rights | null, events: readonly NewEvent[]): Promise<Seq> {
  if (events.length === 0) throw internal(new Error('nothing to append'))
  const { said, bodies } = texts(events)
  return appending(tx, rights, events, (under) =>
    tx.query(HeadRow, prepared('SELECT seq, rights FROM events.append($1, $2, $3, $4)'), [
      tx.org,
      under,
      said,
      bodies,
    ]),
  )
}

/** A function of the database that appends, and does more behind the head. */
export interface Appending {
  /** Asks it for `seq` and `rights`; its first parameters are those of `events.append`. */
  readonly sql: string
  /** From $7 on. */
  readonly params: readonly unknown[]
  /** What the log says behind what the function adds by itself: its $5 and $6. */
  readonly after: readonly NewEvent[]
  /** Is it the last that happens in the transaction, which is committed right behind it? Then nothing may be refused any more. */
  readonly ends: boolean
}

/** The same by such a function. */
export function appendBy(
  tx: Tx,
  rights: Rights | null,
  events: readonly NewEvent[],
  { sql, params, after, ends }: Appending,
): Promise<Seq> {
  const [first, then] = [texts(events), texts(after)]
  return appending(tx, rights, [...events, ...after], (under) => {
    const all = [tx.org, under, first.said, first.bodies, then.said, then.bodies, ...params]
    return ends ? finishing(tx, HeadRow, sql, all) : tx.query(HeadRow, sql, all)
  })
}

async function appending(
  tx: Tx,
  rights: Rights | null,
  events: readonly NewEvent[],
  run: (rights: Rights | null) => Promise<z.infer<typeof HeadRow>[]>,
): Promise<Seq> {
  const held = heldBy.get(tx)
  // Who holds the head knows that rights have not moved, except by its own events.
  const head = await behindHead(() => run(held ? null : rights))
  const appended: Appended = {
    seq: toSeq(head.seq),
    revokes: (held?.appended?.revokes ?? false) || events.some((e) => e.declaration.revokes),
  }
  heldBy.set(tx, { appended })
  return appended.seq
}

/** Both as lists in JSON. */
function texts(events: readonly NewEvent[]): { readonly said: string; readonly bodies: string } {
  const rows = events.map(toRow)
  return {
    said: `[${rows.map(({ event }) => event).join(',')}]`,
    bodies: `[${rows.map(({ body }) => body).join(',')}]`,
  }
}

/** What the transaction has appended so far; null for nothing. */
export const appendedIn = (tx: Tx): Appended | null => heldBy.get(tx)?.appended ?? null

/** Begins the log of an organisation that is made in this transaction; a role that may not is refused. */
export async function beginLog(tx: Tx): Promise<void> {
  await tx.execute('SELECT events.begin_log($1)', [tx.org])
}

/** Both as JSON: the body is kept as this text. */
function toRow({ declaration, body, users, channel }: NewEvent): {
  readonly event: string
  readonly body: string
} {
  const event = JSON.stringify({
    type: declaration.type,
    users,
    channel,
    changes_rights: declaration.changesRights,
    concerns: declaration.concerns?.(body) ?? null,
    revokes: declaration.revokes,
  })
  const text = JSON.stringify(body)
  if (Buffer.byteLength(event) + Buffer.byteLength(text) > maxEventBytes)
    throw internal(new Error(`${declaration.type} is too large`))
  return { event, body: text }
}

async function behindHead(run: () => Promise<z.infer<typeof HeadRow>[]>): Promise<z.infer<typeof HeadRow>> {
  try {
    return only(await run())
  } catch (error) {
    if (sqlState(error) === 'PR001') throw new StaleRights()
    throw error
  }
}
