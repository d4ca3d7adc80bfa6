import { type OrgId, unavailable } from '@parley/core'

/**
 * One is at work and the next has its connection already and waits in Postgres, behind those of other processes too. More
 * would only take connections from other organisations, and each comes to one that has forgotten less the fewer there are.
 */
const atOnce = 2
/** Of one account, and of the organisation: so much of what they ask for is kept meanwhile, too. */
const mostOfOne = 32
const mostOfAll = 200

/** Who waits: by account, in the order in which accounts come next. */
interface Organisation {
  busy: number
  waiting: number
  readonly queues: Map<number, (() => void)[]>
}

/**
 * Lets few changes of one organisation that take its turn have a connection; the others wait without one. Accounts take
 * turns among each other: who asks for much waits for themselves, and holds up nobody who takes a right away.
 */
export class TurnsOf {
  readonly #organisations = new Map<OrgId, Organisation>()

  /**
   * @param account who asks; 0 for nobody
   * @param signal ends the wait of who has hung up
   * @throws AppError UNAVAILABLE where too many of the account or of the organisation wait already, or nobody waits any more
   */
  async take<R>(org: OrgId, account: number, signal: AbortSignal, work: () => Promise<R>): Promise<R> {
    if (signal.aborted) throw unavailable(signal.reason)
    const own = this.#organisations.get(org) ?? { busy: 0, waiting: 0, queues: new Map() }
    this.#organisations.set(org, own)
    if (own.busy < atOnce) own.busy++
    else await waitIn(own, account, signal)
    try {
      return await work()
    } finally {
      // The turn is handed on, never given back while somebody waits.
      if (!handOn(own) && --own.busy === 0) this.#organisations.delete(org)
    }
  }
}

function waitIn(own: Organisation, account: number, signal: AbortSignal): Promise<void> {
  const queue = own.queues.get(account) ?? []
  if (queue.length >= mostOfOne || own.waiting >= mostOfAll) throw unavailable()
  own.queues.set(account, queue)
  own.waiting++
  const turn = Promise.withResolvers<void>()
  const begin = (): void => {
    signal.removeEventListener('abort', leave)
    turn.resolve()
  }
  const leave = (): void => {
    own.waiting--
    queue.splice(queue.indexOf(begin), 1)
    if (queue.length === 0) own.queues.delete(account)
    turn.reject(unavailable(signal.reason))
  }
  queue.push(begin)
  signal.addEventListener('abort', leave, { once: true })
  return turn.promise
}

/** The account that was served longest ago comes next, with what it asked for first. @returns does anybody wait? */
function handOn(own: Organisation): boolean {
  for (const [account, queue] of own.queues) {
    const begin = queue.shift()
    own.queues.delete(account)
    if (queue.length > 0) own.queues.set(account, queue)
    if (!begin) continue
    own.waiting--
    begin()
    return true
  }
  return false
}
