import type { Action } from '@parley/access'
import type { z } from 'zod'
import type { InputOf, Params } from './param.ts'

export type ServiceName = 'gateway' | 'auth' | 'streams' | 'messaging' | 'uploads' | 'audit' | 'relay'
/** Who may make a call: a service, or the operator's command. */
export type Caller = ServiceName | 'cli'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** At most `count` calls in `seconds`, counted by user, by address, or by the account named in the request. */
export interface Limit {
  readonly by: 'user' | 'ip' | 'network' | 'account' | 'organisation'
  readonly name: string
  readonly count: number
  readonly seconds: number
  /** Counts only requests that carry this parameter. */
  readonly given?: string
}
export const perUser = (name: string, count: number, seconds: number): Limit => ({
  by: 'user',
  name,
  count,
  seconds,
})
export const perIp = (name: string, count: number, seconds: number): Limit => ({
  by: 'ip',
  name,
  count,
  seconds,
})
/** All addresses that one provider has given somebody: an IPv4 /24, of IPv6 a /48. */
export const perNetwork = (name: string, count: number, seconds: number): Limit => ({
  by: 'network',
  name,
  count,
  seconds,
})
export const perAccount = (name: string, count: number, seconds: number): Limit => ({
  by: 'account',
  name,
  count,
  seconds,
})

export const perOrganisation = (name: string, count: number, seconds: number): Limit => ({
  by: 'organisation',
  name,
  count,
  seconds,
})

/** The same for requests alone that carry a parameter. */
export const whereGiven = (given: string, limits: readonly Limit[]): Limit[] =>
  limits.map((limit) => ({ ...limit, given }))

/**
 * One endpoint of the public API, declared once: router, limits, validation, OpenAPI, sweep tests and the
 * client come from it.
 */
export interface Operation<
  P extends Params = Params,
  R extends z.ZodType = z.ZodType,
  A extends 'public' | Action = 'public' | Action,
> {
  readonly kind: 'operation'
  readonly id: string
  readonly method: Method
  /** With `{name}` for path parameters, e.g. `/api/v1/users/{user_id}`. */
  readonly path: string
  readonly service: ServiceName
  /** `public`: no principal needed; otherwise the action whose proof the handler gets. */
  readonly access: A
  readonly limits: readonly Limit[]
  /** Largest body in bytes. */
  readonly bodyLimit: number
  readonly callers: readonly Caller[]
  /** May the caller repeat it after a lost connection? */
  readonly idempotent: boolean
  /**
   * `read`: one snapshot; `write`: one transaction with the log; `turn`: the same, and before it reads anything it waits until
   * no other change of rights is under way that waits so; `own`: the handler arranges its own.
   */
  readonly transaction: 'read' | 'write' | 'turn' | 'own'
  /** Takes rights away: where there is nothing left to take, its answer still waits until no gateway acts on them. */
  readonly revokes: boolean
  /** May bots ask for it that only send what comes from elsewhere (incoming webhooks)? */
  readonly incomingWebhooks: boolean
  /** May who has no account ask for it too, where the server and the organisation let anybody look? */
  readonly spectators: boolean
  /** Answered by leading to the `url` of its response. */
  readonly redirects: boolean
  /** Stands at the root too, without `/api/v1`, for what applications load by its address: with a key or a session. */
  readonly atRoot: boolean
  readonly params: P
  readonly response: R
  /** The feature level that brought it, when newer than 372. */
  readonly since?: number
}

/** Declares an endpoint. @throws TypeError where the declaration has a hole: such a service does not boot. */
export function operation<
  const P extends Params,
  R extends z.ZodType,
  const A extends 'public' | Action = 'public' | Action,
>(
  declared: Omit<
    Operation<P, R, A>,
    | 'kind'
    | 'bodyLimit'
    | 'idempotent'
    | 'revokes'
    | 'incomingWebhooks'
    | 'spectators'
    | 'redirects'
    | 'atRoot'
  > & {
    bodyLimit?: number
    idempotent?: boolean
    revokes?: boolean
    incomingWebhooks?: boolean
    spectators?: boolean
    redirects?: boolean
    atRoot?: boolean
  },
): Operation<P, R, A> {
  const whole = {
    bodyLimit: 64 * 1024,
    idempotent: declared.method === 'GET',
    revokes: false,
    incomingWebhooks: false,
    spectators: false,
    redirects: false,
    atRoot: false,
    ...declared,
    kind: 'operation' as const,
  }
  const hole = holeIn(whole)
  if (hole) throw new TypeError(`operation ${declared.id}: ${hole}`)
  return whole
}

function holeIn(op: Operation): string | null {
  // The types forbid these too; checked again for declarations that reach here through a cast or plain JavaScript.
  const given: Partial<Operation> = op
  if (!given.access) return 'no access rule'
  if (!given.limits?.length) return 'no limit'
  if (!given.response) return 'no response schema'
  if (!given.callers?.length) return 'no caller list'
  if (op.spectators && op.transaction === 'write') return 'who has no account changes nothing'
  const inPath = [...op.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1])
  const declared = Object.entries(op.params).filter(([, p]) => p.place === 'path')
  if (inPath.length !== declared.length || declared.some(([name]) => !inPath.includes(name)))
    return 'path parameters do not match the path'
  return null
}

/** A call between services: on the link only, never reachable from outside. */
export interface Call<I extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly kind: 'call'
  readonly id: string
  readonly service: ServiceName
  readonly callers: readonly Caller[]
  readonly idempotent: boolean
  readonly input: I
  readonly response: R
}

/** Declares an internal call. @throws TypeError where the caller list is empty */
export function call<I extends z.ZodType, R extends z.ZodType>(
  declared: Omit<Call<I, R>, 'kind'>,
): Call<I, R> {
  if (declared.callers.length === 0) throw new TypeError(`call ${declared.id}: no caller list`)
  return { ...declared, kind: 'call' }
}

export type Input<O extends Operation> = InputOf<O['params']>
export type Output<O extends Operation | Call> = z.output<O['response']>
