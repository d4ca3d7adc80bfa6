import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Ids, OrgId, Seq } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { type Report, TurnsOf } from '@parley/kit'
import type { Renderer } from '@parley/markdown'
import { type AlertWords, createAlertWords } from './alert-words.ts'
import { createEmojiImages, type FindEmojiImages } from './facts/emoji-images.ts'
import { createFactsCache, type FactsCache } from './facts/cache.ts'
import { loadSendFacts } from './facts/send-facts.ts'
import type { FoundTargets } from './facts/target.ts'
import type { PresenceStore } from './presence/store.ts'
import { createTurns, type Pass, type Turns } from './presence/turns.ts'
import { createOrganisationLinkifiers, type OrganisationLinkifiers } from './linkifiers.ts'
import { createSends, type Sends } from './jobs/sends.ts'
import { readAlertLists } from './repo/alert-words.ts'
import { readStillShown } from './repo/presence-people.ts'
import { readLinkifiers, readLinkifierVersion } from './repo/linkifiers.ts'
import { writeSends } from './repo/send-batch.ts'
import { type CostlyReads, createCostlyReads } from './costly-reads.ts'
import { createLooks } from './looks.ts'
import { createSearches, type Searches } from './searches.ts'

/** What the routes of this service work with. */
export interface Context {
  readonly clock: Clock
  readonly ids: Ids
  readonly database: Database
  readonly facts: FactsCache
  readonly sends: Sends
  readonly searches: Searches
  /** Of who has no account. */
  readonly looks: CostlyReads
  /** Of who has read a message: its answer is as long as its readers are many. */
  readonly receipts: CostlyReads
  readonly alertWords: AlertWords
  readonly linkifiers: OrganisationLinkifiers
  readonly emojiImages: FindEmojiImages
  readonly renderer: Renderer
  readonly targets: FoundTargets
  readonly presence: PresenceStore
  readonly turns: Turns
  /** Of what a send changes besides, for topics and for who meets whom: few of an organisation wait for its head at a time. */
  readonly following: TurnsOf
  /** Tells the gateways what passes beside the log; never fails and never waits. */
  readonly pass: Pass
  /** Tells who runs this of what failed behind an answer that says otherwise. */
  readonly report: Report
  /** Tells the relay that an organisation's log has grown; never fails and never waits. */
  readonly hint: (org: OrgId, seq: Seq) => void
  /** Does the server let there be web-public channels? */
  readonly webPublic: boolean
}

/**
 * @param hint tells the relay that an organisation's log has grown
 * @param webPublic does the server let there be web-public channels?
 */
export function createContext(
  database: Database,
  { clock, ids, report, renderer }: Pick<Context, 'clock' | 'ids' | 'report' | 'renderer'>,
  hint: (org: OrgId, seq: Seq) => void,
  presence: PresenceStore,
  pass: Pass,
  webPublic: boolean,
): Context {
  const facts = createFactsCache((org, asks) => loadSendFacts(database, org, asks), clock)
  const sends = createSends({
    write: (org, encoded) => writeSends(database, org, encoded),
    facts,
    hint,
    wait: async (ms) => {
      await delay(ms)
    },
  })
  const searches = createSearches()
  const receipts = createCostlyReads(
    { perPerson: 2, perOrganisation: 4, perProcess: 6, statementMs: 3_000 },
    { busy: 'Too many read receipts at once', slow: 'The read receipts took too long' },
  )
  const turns = createTurns(
    pass,
    clock,
    async (ms) => {
      await delay(ms)
    },
    (org, users) => database.read(org, (tx) => readStillShown(tx, users)),
    (error) => report('presence', error),
  )
  const readingIn = (tx: Tx | undefined): Pick<Database, 'read'> =>
    tx ? { read: (_, fn) => fn(tx) } : database
  const alertWords = createAlertWords((org, after, tx) => readAlertLists(readingIn(tx), org, after))
  const linkifiers = createOrganisationLinkifiers(
    (org, tx) => readLinkifiers(readingIn(tx), org),
    readLinkifierVersion,
  )
  return {
    clock,
    ids,
    database,
    facts,
    sends,
    searches,
    looks: createLooks(),
    receipts,
    alertWords,
    linkifiers,
    emojiImages: createEmojiImages(database),
    renderer,
    targets: new WeakMap(),
    presence,
    turns,
    following: new TurnsOf(),
    pass,
    report,
    hint,
    webPublic,
  }
}
