import type { Reason } from '@parley/access'
import type { Call, Input, Operation, Output } from '@parley/api'
import type { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import type { z } from 'zod'
import type { Asking, Handling, ObjectFor } from './handling.ts'
import type { Joined, TakesPart, Together } from './together.ts'
import type { Written } from './written.ts'

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
  /** How it is done together with others that come at the same time; null where it never is. */
  readonly joined: Joined<C, T> | null
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
  return { kind: 'route', operation, guard, handler, spectator: null, joined: null } as unknown as Route<C, T>
}

/** The same endpoint also for who has no account, where its declaration says so (`spectators`). */
export function alsoForSpectators<O extends Operation, C, T extends Tx>(
  made: Route<C, T>,
  spectator: (looking: Looking<O, C, T>) => Promise<z.input<O['response']> | Written<z.input<O['response']>>>,
): Route<C, T> {
  return { ...made, spectator }
}

/** The same endpoint where several come at once, for what `part` takes; the handler does the rest. */
export function alsoTogether<O extends Operation, C, T extends Tx, Wish, Facts, Change>(
  made: Route<C, T>,
  together: Together<C, T, Wish, Facts, Change>,
  part: TakesPart<O, C, T, Wish, Facts, Change>,
): Route<C, T> {
  // As in `route`: what the runner hands to one of these comes from another of the same three.
  return { ...made, joined: { together, part } as unknown as Joined<C, T> }
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

export type { Asking, GrantFor, Handling } from './handling.ts'
export type { Output }
