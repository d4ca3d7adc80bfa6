import { AppError } from '@parley/core'
import type { EventDeclaration } from '@parley/events'
import { Encoded, type Wired } from './encoded.ts'
import type { LogEvent } from './log-event.ts'
import type { Person } from './person.ts'
import type { Queue } from './queue.ts'
import type { Recent } from './ring.ts'
import { entitled, mayKnow, type Move, PastChannels } from './visibility.ts'
import { nowhere, type Place, type Since, Whereabouts } from './whereabouts.ts'

/** Which events of the log to read for one user. */
export interface Stretch {
  readonly org: number
  readonly user: number
  /** Every channel the user was in somewhere on the stretch. */
  readonly channels: readonly number[]
  readonly after: number
  readonly upTo: number
}

/** Where messages were when the log ended at `seq`; null where none ever moved. */
export interface Places {
  readonly seq: number | null
  readonly of: ReadonlyMap<number, Place>
}

/** Reads the log by its audience. */
export interface AudienceReader {
  /** The end of the log and the last event that is no longer kept. */
  ends(org: number): Promise<{ seq: number; floor: number }>
  moves(stretch: Omit<Stretch, 'channels'>): Promise<Move[]>
  /** How many events there are for the user, counted up to `limit`. */
  count(stretch: Stretch, limit: number): Promise<number>
  events(stretch: Stretch, limit: number): Promise<LogEvent[]>
  /** Those of the messages that ever moved to another channel: where they are, as this user stands to them. */
  places(org: number, user: number, messages: readonly number[]): Promise<Places>
}

/** More than this is not caught up: the client registers anew. */
export const longest = 20_000
const chunk = 500

/**
 * What a queue's user gets of a stretch, judged by where the user was then and is now.
 * @throws AppError BAD_EVENT_QUEUE_ID where it holds changes of messages that the user may not be able to read any more
 * @param whereabouts of messages that have moved to another channel since
 * @param moves the user's since the place that the client knows, which may lie before the stretch
 */
export function judge(
  queue: Queue,
  person: Person,
  open: ReadonlySet<number>,
  events: readonly Recent[],
  moves: readonly Move[],
  whereabouts: Whereabouts = nowhere,
): Wired[] {
  const { user, queueId } = queue.spec
  const past = new PastChannels(person.channels, moves)
  const now = queue.standing(person, open)
  // Hardly ever has anything moved: then nothing is looked at twice.
  const fates = new Map(
    whereabouts.empty
      ? []
      : events.map((recent) => [recent, whereabouts.fateOf(recent, user, { person, open, now })]),
  )
  const visible = entitled(events, user, now, past, (recent) => {
    const fate = fates.get(recent)
    return fate ? fate.some(({ heard }) => heard) : null
  })
  const known = visible.filter((recent) => fates.get(recent) || mayKnow(recent, user, person, open))
  const closed = (recent: Recent): boolean => {
    const fate = fates.get(recent)
    if (!fate) return past.withheld(recent)
    // Its text is of a message that is out of sight, or nobody knows whether it is.
    return (
      fate[0]?.heard === false ||
      fate.some(({ unsure, channels }) => unsure || channels.some((c) => past.closed(c, recent.seq)))
    )
  }
  if (known.some(closed)) throw badQueue(queueId)
  return known.flatMap((recent) => queue.take(recent, person) ?? [])
}

/** What the caller knows at the moment it is asked: never kept over an await. */
export interface Now {
  readonly head: number
  readonly person: Person
  readonly open: ReadonlySet<number>
  /** The user's moves after a place up to the head; null where they are not in memory any more. */
  movesAfter(seq: number): readonly Move[] | null
  /** What became of messages and channels after a place up to the head, as far as it is in memory. */
  since(seq: number): Since
}

interface KnownMoves {
  readonly list: readonly Move[]
  readonly upTo: number
}

/**
 * Reads the log for a queue from `after` on, one chunk at a time. The caller takes over from memory as soon as it
 * can, so a step may end before the head.
 */
export class CatchUp {
  readonly #reader: AudienceReader
  readonly #queue: Queue
  readonly #declarations: ReadonlyMap<string, EventDeclaration>
  readonly #reach: (seq: number) => Promise<void>
  #moves: KnownMoves | null = null
  #walked: readonly Move[] = []

  /** @param reach resolves when the log is applied up to a place */
  constructor(
    reader: AudienceReader,
    queue: Queue,
    declarations: ReadonlyMap<string, EventDeclaration>,
    reach: (seq: number) => Promise<void>,
  ) {
    this.#reader = reader
    this.#queue = queue
    this.#declarations = declarations
    this.#reach = reach
  }

  /** The user's moves from where it began up to the place it came to. */
  get walked(): readonly Move[] {
    return this.#walked
  }

  /**
   * @param now what is true at the moment of asking
   * @returns the events up to the place it came to; null where it has to be asked again
   * @throws AppError BAD_EVENT_QUEUE_ID below the log's floor or above 20,000 events
   */
  async step(after: number, now: () => Now): Promise<{ events: Wired[]; upTo: number } | null> {
    const known = await this.#known(after, now())
    const stretch = this.#stretch(after, known, now())
    const events = await this.#reader.events(stretch, chunk)
    const upTo = events.length < chunk ? stretch.upTo : (events.at(-1)?.seq ?? stretch.upTo)
    const recents = events.flatMap((event) => this.#recent(event) ?? [])
    const places = await this.#places(recents)
    // Who is where must be known at least as late as where messages are.
    if (places.seq !== null) await this.#reach(places.seq)
    // Judged by now, not by what was true before the reads.
    const current = now()
    const since = current.movesAfter(known.upTo)
    if (!since) {
      this.#moves = null
      return null
    }
    const moves = [...this.#walked, ...known.list.filter((m) => m.seq > after), ...since]
    this.#walked = moves.filter((m) => m.seq <= upTo)
    const whereabouts = new Whereabouts(current.since(known.upTo), places.of)
    return { events: judge(this.#queue, current.person, current.open, recents, moves, whereabouts), upTo }
  }

  /** Where those of the messages are that the events tell of, and that ever moved. */
  async #places(recents: readonly Recent[]): Promise<Places> {
    const messages = [...new Set(recents.flatMap((recent) => recent.messages ?? []))]
    const { org, user } = this.#queue.spec
    if (messages.length === 0) return { seq: null, of: new Map() }
    return this.#reader.places(org, user, messages)
  }

  /** The moves since `after`, read once. */
  async #known(after: number, { head, person, open }: Now): Promise<KnownMoves> {
    if (this.#moves) return this.#moves
    const { org, user, queueId } = this.#queue.spec
    const { floor } = await this.#reader.ends(org)
    if (after < floor) throw badQueue(queueId)
    const list = await this.#reader.moves({ org, user, after, upTo: head })
    this.#moves = { list, upTo: head }
    if (head - after > longest) {
      const channels = [...this.#channels(list, person, open)]
      const count = await this.#reader.count({ org, user, channels, after, upTo: head }, longest + 1)
      if (count > longest) throw badQueue(queueId)
    }
    return this.#moves
  }

  #stretch(after: number, { list, upTo }: KnownMoves, { person, open }: Now): Stretch {
    const { org, user } = this.#queue.spec
    return { org, user, after, upTo, channels: [...this.#channels(list, person, open)] }
  }

  #channels(moves: readonly Move[], person: Person, open: ReadonlySet<number>): Set<number> {
    const all = this.#queue.standing(person, open).open ?? []
    return new Set([...person.channels, ...moves.map((m) => m.channel), ...all])
  }

  #recent(event: LogEvent): Recent | null {
    const declaration = this.#declarations.get(event.type)
    const body = declaration?.body.safeParse(event.body)
    if (!declaration || !body?.success) return null
    return {
      seq: event.seq,
      audience: declaration.audience,
      userIds: event.userIds,
      channelId: event.channelId,
      about: declaration.about?.(body.data) ?? null,
      content: declaration.content,
      messages: declaration.messagesIn?.(body.data) ?? null,
      beside: declaration.beside?.(body.data) ?? null,
      following: declaration.following?.(body.data) ?? null,
      declaration,
      event,
      encoded: new Encoded(declaration, body.data, () => {}),
      effect: null,
    }
  }
}

export const badQueue = (queueId: string): AppError =>
  new AppError('BAD_EVENT_QUEUE_ID', `Bad event queue ID: ${queueId}`, { data: { queue_id: queueId } })
