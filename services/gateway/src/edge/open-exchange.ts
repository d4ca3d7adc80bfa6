import type { IncomingMessage, ServerResponse } from 'node:http'
import { eventsWs, getEvents, type Limit, looks as looksOfAll, type Operation } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { notLoggedIn } from '../identity/basic.ts'
import { checkCsrf, checkOrigin } from '../identity/cookies.ts'
import type { Organisations } from '../identity/organisations.ts'
import type { Spectators } from '../identity/spectators.ts'
import { counters } from '../limits/limit-keys.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Admission } from './admission.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { type Fields, noFields, queryOf, readUrlencoded } from './fields.ts'
import { comesWithCredential, type Gate } from './gate.ts'
import { HangUp } from './hang-up.ts'
import type { Room } from './room.ts'
import { siteOf } from './host.ts'
import { clientName } from './user-agent.ts'

export interface OpenDeps {
  readonly gate: Gate
  readonly limiter: Limiter
  readonly admission: Admission
  readonly organisations: Organisations
  /** Null where the server lets nobody look who has no account. */
  readonly spectators: Pick<Spectators, 'letIn'> | null
  /** For bodies with files. */
  readonly room: Room
  readonly publicHost: string
  /** The port in links. */
  readonly publicPort: () => number
  /** Multiplies every limit. */
  readonly limitFactor: number
}

/** A request as the router found it. */
export interface Incoming {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly operation: Operation
  readonly door: 'Basic' | 'Session'
  readonly path: Readonly<Record<string, string>>
  readonly requestId: string
  /** Headers of the answer so far; limits add theirs. */
  readonly addHeaders: (headers: Readonly<Record<string, string>>) => void
}

const mostHeaders = 100

/** Operations that wait for events and take nobody's place meanwhile. */
export const waits = ({ id }: Operation): boolean => id === getEvents.id || id === eventsWs.id

/**
 * Checks a request as far as its operation's declaration goes: organisation, caller, limits, body, CSRF. Whoever
 * is not allowed in is told so before the body is read.
 * @throws AppError of every kind that the edge has
 */
export async function openExchange(deps: OpenDeps, incoming: Incoming): Promise<Exchange> {
  const { request, response, operation, door, requestId } = incoming
  checkHeaders(request)
  const site = siteOf(request.headers.host, deps.publicHost)
  const fields = noFields()
  readUrlencoded(queryOf(request.url ?? ''), fields)
  const hangUp = HangUp.of(response)
  const org = await deps.organisations.of(site.subdomain)
  const { spectators } = deps
  const looks = spectators !== null && operation.spectators && !comesWithCredential(request, door)
  const stranger = operation.access === 'public' || looks
  if (!waits(operation)) deps.admission.check(org, stranger)
  const ip = request.socket.remoteAddress ?? ''
  // Told so before anything else is looked at, as everybody is who is not logged in.
  if (looks && !(await spectators.letIn(org))) throw notLoggedIn()
  const caller = stranger ? null : await deps.gate.caller(request, door, org, ip)
  const count = async (limits: readonly Limit[], account: string | null): Promise<void> => {
    const who = { org, user: caller?.principal.user ?? null, ip, account }
    incoming.addHeaders(await deps.limiter.hit(counters(limits, who, deps.limitFactor)))
  }
  // Limits by account need the body, which is then small; all others come before it.
  const limits = looks ? looksOfAll : operation.limits
  const byAccount = limits.some((limit) => limit.by === 'account')
  const ofAll = limits.filter(({ given }) => given === undefined)
  if (!byAccount) await count(ofAll, null)
  // Not after the body: who may not ask is told so first.
  if (caller?.incomingWebhook && !operation.incomingWebhooks) throw notForWebhooks()
  const takesFile = Object.values(operation.params).some(({ place }) => place === 'file')
  const held = takesFile ? deps.room.open(org) : null
  if (held) response.once('close', () => held[Symbol.dispose]())
  const file = await readBody(request, operation.bodyLimit, fields, held)
  if (byAccount) await count(ofAll, fields['username'] ?? null)
  if (door === 'Session') checkSession(request, site.hostname, deps.publicPort(), fields)
  const comes = (name: string): boolean =>
    Object.hasOwn(fields, name) || (file !== null && operation.params[name]?.place === 'file')
  // Counted last, so that no other site uses somebody's attempts up.
  const ofGiven = limits.filter(({ given }) => given !== undefined && comes(given))
  if (ofGiven.length > 0) await count(ofGiven, null)
  const port = deps.publicPort()
  const named = fields['client']
  if (!Object.hasOwn(operation.params, 'client')) delete fields['client']
  return {
    operation,
    door,
    caller,
    raw: { path: incoming.path, fields, ...(file && { file: file.toString('base64') }) },
    facts: {
      org,
      url: `https://${site.hostname}${port === 443 ? '' : `:${port}`}`,
      client: clientName(request.headers['user-agent'], named),
      ip,
      ...idempotency(request),
    },
    requestId,
    hangUp,
    request,
    response,
  }
}

const notForWebhooks = (): AppError =>
  new AppError('UNAUTHORIZED', 'This API is not available to incoming webhook bots.')

function checkHeaders({ rawHeaders }: IncomingMessage): void {
  if (rawHeaders.length > 2 * mostHeaders) throw new AppError('HEADERS_TOO_LARGE', 'Too many request headers')
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  if (hosts.length > 1) throw badRequest('Malformed Host header')
}

function checkSession(request: IncomingMessage, hostname: string, port: number, fields: Fields): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  checkOrigin(request.headers.origin, port === 443 ? hostname : `${hostname}:${port}`)
  const header = request.headers['x-csrftoken']
  checkCsrf(request.headers.cookie, typeof header === 'string' ? header : fields['csrfmiddlewaretoken'])
  delete fields['csrfmiddlewaretoken']
}

function idempotency({ headers }: IncomingMessage): { idempotencyKey?: string } {
  const key = headers['idempotency-key']
  if (key === undefined) return {}
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw badRequest('Malformed Idempotency-Key')
  return { idempotencyKey: key }
}
