import { authorize, type Granted } from '@parley/access'
import { AppError, badRequest, Beforehand, type Clock, type OrgId, sha256, userId } from '@parley/core'
import { type Database, say, type Tx } from '@parley/db'
import { append, hold, make, reminderChanged, scheduledChanged, StaleRights } from '@parley/events'
import { type AfterCommit, commit, deciding } from '@parley/kit'
import type { Renderer } from '@parley/markdown'
import type { AlertWords } from '../alert-words.ts'
import { begin, mustBegin } from '../begin-conversation.ts'
import { alertedOf, compose } from '../compose.ts'
import { followSent } from '../follow-topic.ts'
import { within } from '../sources.ts'
import { findTarget } from '../facts/target.ts'
import type { OrganisationLinkifiers } from '../linkifiers.ts'
import { presentReminder, presentScheduled } from '../present/scheduled.ts'
import { sendOf } from '../present/send.ts'
import { readNoticeReaders } from '../repo/resolved-notices.ts'
import { whileInUse, OutOfUse } from '../facts/organisation-use.ts'
import {
  claimAgain,
  claimDue,
  dropDue,
  failScheduled,
  putOffScheduled,
  type ScheduledRow,
} from '../repo/scheduled.ts'
import { encodeSend, writeSends } from '../repo/send-batch.ts'
import { namedOf, waitAfter } from '../rules/later.ts'
import { failedText } from '../rules/notice-text.ts'
import { readVoices, reminding } from './voices.ts'

/** How many of one organisation's go out before others have their turn. */
const mostAtOnce = 64

export interface Delivering {
  readonly database: Database
  readonly alertWords: AlertWords
  readonly linkifiers: OrganisationLinkifiers
  readonly renderer: Pick<Renderer, 'renderWithin'>
  readonly afterCommit: AfterCommit
  readonly clock: Clock
  /** What failed by a fault of ours is tried again later. */
  readonly onProblem: (error: unknown) => void
}

/**
 * Sends what is due of one organisation, each in a transaction of its own that takes it from those who would send it
 * too, decides, writes the message and drops it. So it is sent once, however many do this and whenever one is killed.
 * @param end aborted when no more is to be sent: what waits for its code and formulas then stays as it is
 * @returns how many are done with, sent or failed
 * @throws AppError UNAVAILABLE where the database is not there
 */
export async function deliverDue(
  on: Delivering,
  org: OrgId,
  end: AbortSignal = new AbortController().signal,
): Promise<number> {
  let done = 0
  for (let tried = 0; tried < mostAtOnce && !end.aborted; tried++) {
    const now = Math.floor(on.clock.now() / 1000)
    let claimed: ScheduledRow | null = null
    let gaveWay = false
    // One for each message: what is made beforehand is kept by it.
    const signal = AbortSignal.any([end])
    const one = async (attempt: number): Promise<'settled' | 'gone' | 'nothing is due'> => {
      gaveWay = false
      try {
        return await commit(
          on,
          org,
          async (tx) => {
            // By turns, so that neither waits for all of the other.
            const first = tried % 2 === 0 ? 'notices' : 'others'
            // Whoever has taken it while nobody held it sends it.
            const row = claimed ? await claimAgain(tx, claimed, now) : await claimDue(tx, now, first)
            if (!row) return claimed ? 'gone' : 'nothing is due'
            claimed = row
            await settle(on, tx, row, { attempt, signal })
            await whileInUse(tx)
            return 'settled'
          },
          attempt,
        )
      } catch (error) {
        gaveWay = error instanceof Beforehand
        if (!(error instanceof NotBegun)) throw error
        // Behind the row that was claimed, and before the next attempt.
        await begin({ database: on.database, hint: (to, seq) => on.afterCommit.hint(to, seq) }, error.granted)
        throw new StaleRights()
      }
    }
    try {
      const outcome = await deciding(one)
      if (outcome === 'nothing is due') break
      if (outcome === 'settled') done++
    } catch (error) {
      if (error instanceof OutOfUse || end.aborted) break
      if (claimed === null) throw error
      // One that we cannot handle keeps back no other, nor does one whose code and formulas found no room.
      await putOff(on, org, claimed, now)
      if (!gaveWay && error instanceof AppError && error.code === 'UNAVAILABLE') throw error
      on.onProblem(error)
    }
  }
  return done
}

/** The conversation it goes to must be begun first, by itself. */
class NotBegun extends Error {
  override readonly name = 'NotBegun'
  readonly granted: Granted<'message:send'>

  constructor(granted: Granted<'message:send'>) {
    super('the conversation has not begun')
    this.granted = granted
  }
}

/** Has it tried again later; after a day of that it fails as by a fault of its sender's. */
const putOff = (on: Delivering, org: OrgId, row: ScheduledRow, now: number): Promise<void> =>
  commit(on, org, async (tx) => {
    const kept = await putOffScheduled(tx, row, now, waitAfter(row.attempts))
    if (kept?.failed) await giveUp(tx, kept, 'It could not be sent by a fault of the server.')
  })

interface Trying {
  /** From 1. */
  readonly attempt: number
  /** The same in all of them. */
  readonly signal: AbortSignal
}

/** Sends it, or has it failed where its sender may not send it any more. */
async function settle(on: Delivering, tx: Tx, row: ScheduledRow, trying: Trying): Promise<void> {
  try {
    await deliver(on, tx, row, trying)
    await dropDue(tx, row)
    if (!row.notice) await append(tx, null, [gone(row)])
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    await failScheduled(tx, row)
    await giveUp(tx, { ...row, failed: true }, error.message)
  }
}

/** Tells of one that failed for good, and why; a notice that did, nobody waits for. */
async function giveUp(tx: Tx, row: ScheduledRow, reason: string): Promise<void> {
  if (row.notice) {
    await dropDue(tx, row)
    return
  }
  await say(tx, { to: row.user, topic: '', content: failedText(row, reason), url: row.url })
  await append(tx, null, failed(row))
}

type Told = ReturnType<typeof make>

function gone({ id, user, about }: ScheduledRow): Told {
  const to = { users: [userId(user)] }
  return about === null
    ? make(scheduledChanged, { op: 'remove', scheduled_message_id: id }, to)
    : make(reminderChanged, { op: 'remove', reminder_id: id }, to)
}

/** No event changes a reminder: one goes, and one that failed comes. */
function failed(row: ScheduledRow): Told[] {
  const to = { users: [userId(row.user)] }
  return row.about === null
    ? [make(scheduledChanged, { op: 'update', scheduled_message: presentScheduled(row) }, to)]
    : [gone(row), make(reminderChanged, { op: 'add', reminder: presentReminder(row) }, to)]
}

/**
 * Decides and writes as if it were sent now.
 * @throws AppError for what its sender would be told; StaleRights where rights or alert words moved meanwhile; Beforehand where
 *   its code or formulas have to be made first
 */
async function deliver(
  { alertWords, linkifiers, renderer, clock }: Delivering,
  tx: Tx,
  row: ScheduledRow,
  { attempt, signal }: Trying,
): Promise<void> {
  const { writer, speaker, seenBy, rights } = await readVoices(tx, row)
  const words = row.about === null ? row.content : await reminding(tx, writer, row, row.about)
  const on = within(tx, { linkifiers, renderer })
  const target = await findTarget(on.facts, speaker, namedOf(row))
  const verdict = authorize('message:send', speaker, target.object, target.found.rights)
  if (!verdict.ok) throw badRequest('Not authorized to send this message')
  const { granted } = verdict
  if (await mustBegin(on.database, granted, target)) throw new NotBegun(granted)
  const said = { topic: row.topic, content: words, url: row.url, seenBy }
  const composed = await compose(on, granted, target, said, signal)
  // What was changed since the second attempt began was changed while this was being sent.
  const last = attempt > 1
  const found = await alertWords.findWithin(tx, composed.content)
  const alerted = await alertedOf(on, granted, target, found)
  if (row.about !== null) {
    // What is quoted was decided under these rights, and is still there and the same, as long as the head is held.
    await hold(tx, rights)
    if ((await reminding(tx, writer, row, row.about)) !== words) throw new StaleRights()
  }
  const send = sendOf(granted, target, composed, {
    // Nobody else has it while it is claimed; the key holds where a database was set back behind its own answer.
    key: { key: sha256(JSON.stringify(['scheduled', row.user, row.id])), drawn: false },
    client: row.client,
    timestamp: Math.floor(clock.now() / 1000),
    alerted,
    alertVersion: last ? null : found.version,
    senderRead: row.senderRead,
    ...(row.resolved ? await readNoticeReaders(tx, granted, composed.topic) : {}),
    queueId: null,
    localId: null,
  })
  const [outcome] = await writeSends({ once: tx.query.bind(tx) }, tx.org, [encodeSend(send)])
  if (outcome?.status === 'stale' || outcome?.status === 'words') throw new StaleRights()
  // Nothing was written, so the row must stay.
  if (outcome?.status !== 'sent' && outcome?.status !== 'repeat')
    throw new Error(`a message that was due ended as ${outcome?.status ?? 'nothing'}`)
  const sent = { topic: composed.topic, id: outcome.id, mentioned: composed.rendered.mentions.users }
  const { events } = await followSent(tx, granted, target.found.facts, sent, Math.floor(clock.now() / 1000))
  if (events.length > 0) await append(tx, null, events)
}
