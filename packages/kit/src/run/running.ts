import type { Caller, Principal, RawInput, RequestFacts } from '@parley/api'
import type { ActorAndRights, Database, Tx } from '@parley/db'
import type { Route } from '../route.ts'
import type { Joined } from '../together.ts'
import type { AfterCommit } from './after-commit.ts'
import type { Waiting } from './line.ts'
import type { TurnsOf } from './turns-of.ts'

/** Finds the actor of operations that arrange their own transactions. */
export type ActorSource = (principal: Principal) => Promise<ActorAndRights>

/** What operations of one service run on. */
export interface Running<C, T extends Tx> {
  readonly routes: ReadonlyMap<string, Route<C, T>>
  readonly ctx: C
  readonly database: Database<T>
  readonly afterCommit: AfterCommit
  /** For `own` operations; a short transaction of its own unless given. */
  readonly actors?: ActorSource
  /** Where `turn` operations of this process wait; in Postgres alone unless given. */
  readonly turns?: TurnsOf
  /** Where those of them wait that may be done together; each is done by itself unless given. */
  readonly gathered?: { take(running: Running<C, T>, joining: Joining<C, T>): Promise<Done> }
}

/** One request for an operation, as it came over the link or from the gateway's own routes. */
export interface Asked {
  readonly op: string
  readonly caller: Caller
  readonly principal: Principal | null
  readonly raw: RawInput
  readonly request: RequestFacts
  readonly signal: AbortSignal
}

/** An operation's answer: what the response schema let through or a `Written`, and fields that no parameter has. */
export interface Answered {
  readonly data: unknown
  readonly ignored: readonly string[]
}

/** A request that may be done together with others. */
export interface Joining<C, T extends Tx> {
  readonly route: Route<C, T>
  readonly joined: Joined<C, T>
  readonly asked: Asked
  readonly principal: Principal
  readonly input: Record<string, unknown>
  readonly wish: unknown
}

/** What came of one; null where it is to be done by itself. */
export type Done = { readonly answer: unknown } | null

/** How a request waits for its turn. */
export const waitingOf = ({ principal, raw, signal }: Asked, revokes: boolean): Waiting => ({
  account: principal?.user ?? 0,
  revokes,
  // About what is kept of it meanwhile.
  bytes: Object.values(raw.fields).reduce((sum, field) => sum + field.length, raw.file?.length ?? 0),
  signal,
})
