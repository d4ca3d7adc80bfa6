import type { Action, ActionObjects, Actor, Granted, Reason } from '@parley/access'
import type { Call, Input, Operation, Output, Principal, RequestFacts } from '@parley/api'
import type { AppError, Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import type { z } from 'zod'
import type { Written } from './written.ts'

/** The proof a handler gets: none where the operation is public. */
export type GrantFor<O extends Operation> = O['access'] extends Action ? Granted<O['access']> : null
type ObjectFor<O extends Operation> = O['access'] extends Action ? ActionObjects[O['access']] : null
/** Public operations may be called by nobody. */
type WhoFor<O extends Operation, T> = O['access'] extends Action ? T : T | null

/** What an operation works with before the decision. `ctx` is the service's own wiring. */
export interface Asking<O extends Operation, C, T extends Tx> {
  readonly input: Input<O>
  readonly principal: WhoFor<O, Principal>
  /** Who acts, read in this transaction. */
  readonly actor: WhoFor<O, Actor>
  /** The organisation's rights in this transaction's snapshot; `append` refuses where they have moved. */
  readonly rights: Rights
  readonly request: RequestFacts
  /** The operation's transaction; for `own` operations any use of it throws. */
  readonly tx: T
  readonly ctx: C
  /** Ends at the call's deadline or when the caller hangs up. */
  readonly signal: AbortSignal
}

/** What a handler works with: the same, and the proof. */
export type Handling<O extends Operation, C, T extends Tx> = Asking<O, C, T> & {
  readonly granted: GrantFor<O>
}

/**
 * Finds the object of the operation's action. A missing object throws what a hidden one gets, so that
 * nobody can tell the two apart.
 */
export interface Guard<O extends Operation, C, T extends Tx> {
  readonly object: (asking: Asking<O, C, T>) => Promise<ObjectFor<O>>
  /** The answer where the rule hides the object: the same as for one that never existed. */
  readonly hidden: (input: Input<O>) => AppError
  /** The answer where the rule denies; a general BAD_REQUEST where absent. */
  readonly denied?: (input: Input<O>, reason: Reason) => AppError
}

/** An endpoint as a service mounts it. */
export interface Route<C, T extends Tx> {
  readonly kind: 'route'
  readonly operation: Operation
  readonly guard: Guard<Operation, C, T> | null
  readonly handler: (handling: Handling<Operation, C, T>) => Promise<unknown>
  /** For who has no account; null where the operation is none for them. */
  readonly spectator: ((looking: Looking<Operation, C, T>) => Promise<unknown>) | null
}

/** What is there when somebody without an account asks: nobody acts, and the handler asks `show` of packages/access. */
export type Looking<O extends Operation, C, T extends Tx> = Pick<
  Asking<O, C, T>,
  'input' | 'request' | 'tx' | 'ctx' | 'signal'
>

type Handler<O extends Operation, C, T extends Tx> = (
  handling: Handling<O, C, T>,
) => Promise<z.input<O['response']> | Written<z.input<O['response']>>>

/**
 * Binds a handler to a declared operation. The runner (packages/kit) does before it: caller list, token, deadline,
 * validation, actor, facts and rule; after it: the response through its schema, relay hint, barrier; on a conflict of
 * rights it decides again, three times at most.
 */
export function route<O extends Operation, C, T extends Tx>(
  operation: O,
  ...rest: ObjectFor<O> extends null
    ? [handler: Handler<O, C, T>]
    : [guard: Guard<O, C, T>, handler: Handler<O, C, T>]
): Route<C, T> {
  const [guard, handler] = rest.length === 2 ? rest : [null, rest[0]]
  // The runner parses the input by this very operation before it calls the handler, so the erased types hold.
  return { kind: 'route', operation, guard, handler, spectator: null } as unknown as Route<C, T>
}

/** The same endpoint also for who has no account, where its declaration says so (`spectators`). */
export function alsoForSpectators<O extends Operation, C, T extends Tx>(
  made: Route<C, T>,
  spectator: (looking: Looking<O, C, T>) => Promise<z.input<O['response']> | Written<z.input<O['response']>>>,
): Route<C, T> {
  return { ...made, spectator }
}

/** An internal call as a service mounts it. */
export interface CallRoute<C> {
  readonly kind: 'call'
  readonly call: Call
  readonly handler: (h: CallHandling<Call, C>) => Promise<unknown>
}
export interface CallHandling<K extends Call, C> {
  readonly input: z.output<K['input']>
  readonly ctx: C
  readonly signal: AbortSignal
}

/** Binds a handler to a declared internal call. */
export function answer<K extends Call, C>(
  call: K,
  handler: (h: CallHandling<K, C>) => Promise<z.input<K['response']>>,
): CallRoute<C> {
  // As in `route`: the runner parses by the declaration first.
  return { kind: 'call', call, handler } as unknown as CallRoute<C>
}

export type { Output }
