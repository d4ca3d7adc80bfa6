import { type OrgId, unavailable } from '@parley/core'

/**
 * One is at work and the next has its connection already and waits in Postgres, behind those of other processes too. More
 * would only take connections from other organisations, and each comes to one that has forgotten less the fewer there are.
 */
const atOnce = 2
/** Waiting requests of one account, and of the organisation. */
const mostOfOne = 16
const mostOfAll = 128
/** Of what those of an organisation ask for, kept until their turn: a few of the largest bodies there are. */
const mostBytes = 4 * 1024 * 1024
/** So many that take rights away come before one that does not. */
const firstInARow = 3

/** Who asks for a turn, and for what. */
export interface Waiting {
  /** 0 for nobody. */
  readonly account: number
  /** May it take a right away? */
  readonly revokes: boolean
  /** How much is kept of the request until its turn has come. */
  readonly bytes: number
  /** Ends the wait of who has hung up. */
  readonly signal: AbortSignal
}

/** Who waits: by account, in the order in which accounts come next. */
type Queues = Map<number, (() => void)[]>

interface Organisation {
  busy: number
  waiting: number
  bytes: number
  /** How many of `first` came since one of `others` did. */
  inARow: number
  readonly first: Queues
  readonly others: Queues
}

/**
 * Lets few changes of one organisation that take its turn have a connection; the others wait without one. What takes rights
 * away comes first, and accounts take turns among each other: who asks for much waits for themselves.
 */
export class TurnsOf {
  readonly #organisations = new Map<OrgId, Organisation>()

  /**
   * @throws AppError UNAVAILABLE where too many of the account wait already, too many or too much of the organisation, or
   *   nobody waits any more
   */
  async take<R>(org: OrgId, asked: Waiting, work: () => Promise<R>): Promise<R> {
    if (asked.signal.aborted) throw unavailable(asked.signal.reason)
    const own = this.#organisations.get(org) ?? nobody()
    this.#organisations.set(org, own)
    if (own.busy < atOnce) own.busy++
    else await waitIn(own, asked)
    try {
      return await work()
    } finally {
      // The turn is handed on, never given back while somebody waits.
      if (!handOn(own) && --own.busy === 0) this.#organisations.delete(org)
    }
  }
}

const nobody = (): Organisation => ({
  busy: 0,
  waiting: 0,
  bytes: 0,
  inARow: 0,
  first: new Map(),
  others: new Map(),
})

function waitIn(own: Organisation, { account, revokes, bytes, signal }: Waiting): Promise<void> {
  const queues = revokes ? own.first : own.others
  const ofAccount = [own.first, own.others].reduce((sum, each) => sum + (each.get(account)?.length ?? 0), 0)
  if (ofAccount >= mostOfOne || own.waiting >= mostOfAll || own.bytes + bytes > mostBytes) throw unavailable()
  const queue = queues.get(account) ?? []
  queues.set(account, queue)
  own.waiting++
  own.bytes += bytes
  const turn = Promise.withResolvers<void>()
  const leave = (): void => {
    signal.removeEventListener('abort', hangUp)
    own.waiting--
    own.bytes -= bytes
  }
  const begin = (): void => {
    leave()
    turn.resolve()
  }
  const hangUp = (): void => {
    leave()
    queue.splice(queue.indexOf(begin), 1)
    if (queue.length === 0) queues.delete(account)
    turn.reject(unavailable(signal.reason))
  }
  queue.push(begin)
  signal.addEventListener('abort', hangUp, { once: true })
  return turn.promise
}

/** @returns does anybody wait? */
function handOn(own: Organisation): boolean {
  const first = own.inARow < firstInARow ? takeFrom(own.first) : null
  own.inARow = first ? own.inARow + 1 : 0
  const begin = first ?? takeFrom(own.others) ?? takeFrom(own.first)
  begin?.()
  return begin !== null
}

/** The account that was served longest ago comes next, with what it asked for first. */
function takeFrom(queues: Queues): (() => void) | null {
  for (const [account, queue] of queues) {
    const begin = queue.shift()
    queues.delete(account)
    if (queue.length > 0) queues.set(account, queue)
    if (begin) return begin
  }
  return null
}
