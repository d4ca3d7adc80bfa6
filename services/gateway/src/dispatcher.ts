import { asFile, getUsers, prepareAvatar, type RawInput } from '@parley/api'
import { AppError, unavailable } from '@parley/core'
import type { Lent, LinkClient, TokenMinter } from '@parley/kit'
import type { Dispatch, Exchange } from './edge/exchange.ts'
import type { Gate } from './edge/gate.ts'
import { type Rendered, renderJson, renderSuccess } from './edge/render.ts'
import { z } from 'zod'
import { checkOrigin, sessionCookie, setCookie } from './identity/cookies.ts'
import type { LongLists } from './long-lists.ts'

export interface DispatcherDeps {
  readonly link: LinkClient
  readonly minter: TokenMinter
  readonly gate: Gate
  /** The gateway's own operations, by id. */
  readonly own: Readonly<Record<string, Dispatch>>
  readonly lists: LongLists
  /** Ends the count of attempts to sign in that an answer has proved honest. */
  readonly signedIn: (exchange: Exchange) => Promise<void>
}

/** Sends operations where their declarations say, and renders what comes back. */
export function createDispatcher(deps: DispatcherDeps): Dispatch {
  const { link, minter, own } = deps
  const over = async (exchange: Exchange): Promise<Rendered> => {
    const { operation, caller, facts, hangUp, requestId } = exchange
    const token = caller && (await minter.mint(caller.principal))
    const options = { signal: hangUp.signal, requestId }
    const raw = await prepared(link, exchange)
    const { json, ignored } = await link.operation(operation, raw, facts, token, options)
    return operation.redirects ? leadingTo(json) : withSession(operation.id, json, ignored)
  }
  /** Those of everybody wait for their turn before a service has begun with them. */
  const inTurn: Dispatch = (exchange) => {
    const { operation, caller, facts } = exchange
    if (operation.id !== getUsers.id || !caller) return over(exchange)
    return deps.lists.take(facts.org, caller.principal.user, () => over(exchange))
  }
  return async (exchange) => {
    const { operation, request, facts } = exchange
    // Another site must not sign its visitors in here.
    if (operation.id === 'create-session') checkOrigin(request.headers.origin, new URL(facts.url).host)
    const work = operation.service === 'gateway' ? own[operation.id] : inTurn
    if (!work) throw new AppError('NOT_FOUND', 'Not Found')
    const rendered = await onceMore(deps.gate, exchange, work)
    if (operation.limits.some((limit) => limit.by === 'account')) await deps.signedIn(exchange)
    return rendered
  }
}

/** Services decode nothing themselves: of a picture that comes with their operation they get what is to be kept. */
async function prepared(link: LinkClient, exchange: Exchange): Promise<RawInput> {
  const { operation, caller, raw, facts, hangUp, requestId } = exchange
  const { file, ...rest } = raw
  const takes = Object.values(operation.params).some((param) => param.prepared)
  if (!takes || !caller || file === undefined) return raw
  const asked = { org: facts.org, user: caller.principal.user, file }
  const made = await link.call(prepareAvatar, asked, { signal: hangUp.signal, requestId })
  // Who could give nobody a picture is refused by the operation itself.
  return made === null ? rest : { ...rest, file: asFile(made) }
}

/** One account may change a few times at once, as when several of its browsers sign out. */
const looks = 4

/**
 * Runs an operation; where the account has changed since the gateway looked, looks again and runs it once more.
 * @throws AppError UNAUTHORIZED where the credential opens nothing any more; UNAVAILABLE where it is good but the
 * account changed each time
 */
export async function onceMore<R>(
  gate: Gate,
  exchange: Exchange,
  work: (exchange: Exchange) => Promise<R>,
): Promise<R> {
  let current = exchange
  for (let look = 1; ; look++)
    try {
      return await work(current)
    } catch (error) {
      const { caller, facts } = current
      if (!(error instanceof AppError) || error.data['stale'] !== true || !caller) throw error
      const again = await gate.again(caller, facts.org, facts.ip)
      if (look === looks) throw unavailable(error)
      current = { ...exchange, caller: again }
    }
}

/** What is there now may be elsewhere next time: the answer is not to be kept, as no answer is. */
const leadingTo = (json: Lent): Rendered => ({
  ...renderSuccess({}, []),
  status: 302,
  headers: { location: z.object({ url: z.string() }).parse(JSON.parse(json.bytes.toString())).url },
})

/** A session's token travels in a cookie that no script reads, never in a body. */
function withSession(operation: string, json: Lent, ignored: readonly string[]): Rendered {
  if (operation === 'end-session') {
    const rendered = renderJson([json], ignored)
    return { ...rendered, headers: { ...rendered.headers, 'set-cookie': setCookie(sessionCookie, '', 0) } }
  }
  if (operation !== 'create-session') return renderJson([json], ignored)
  const { session_token: token, ...rest } = JSON.parse(json.bytes.toString()) as { session_token: string }
  const rendered = renderSuccess(rest, ignored)
  const cookie = setCookie(sessionCookie, token, sessionLifeS)
  return { ...rendered, headers: { ...rendered.headers, 'set-cookie': cookie } }
}

/** Longer than any session; the server's side ends it. */
const sessionLifeS = 1_209_600
