import type { Actor } from '@parley/access'
import type { Input, Operation } from '@parley/api'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import type { Handling } from './handling.ts'

/**
 * How small changes of one organisation that come at the same time share a turn and a transaction: what they are decided on
 * is read by one statement for all, and so is what they change.
 */
export interface Together<C, T extends Tx, Wish, Facts, Change> {
  /** What each is decided on, in their order; behind the turn. Sent before anything else is answered. */
  readonly facts: (tx: T, asked: readonly Wished<Wish>[]) => Promise<readonly Facts[]>
  /** Makes all of them, in their order, but for what `Changing` ends with. */
  readonly change: (
    within: { readonly tx: T; readonly ctx: C; readonly rights: Rights },
    changes: readonly Change[],
  ) => Promise<Changing>
}

export interface Wished<Wish> {
  readonly user: number
  readonly wish: Wish
}

export interface Changing {
  /** By change. */
  readonly answers: readonly unknown[]
  /** What is done behind the head, and ends the transaction. */
  readonly end: () => Promise<unknown>
}

/** How one operation takes part in it. */
export interface TakesPart<O extends Operation, C, T extends Tx, Wish, Facts, Change> {
  /** What has to be known for it; null where it is done by itself. */
  readonly wish: (input: Input<O>) => Wish | null
  /**
   * Decides. @returns what is to be changed; null where it is done by itself after all
   * @throws AppError where it is refused
   */
  readonly decide: (
    handling: Omit<Handling<O, C, T>, 'tx'> & { readonly actor: Actor },
    facts: Facts,
  ) => Change | null
}

/** The types of one `Together`, erased: a route mounted by `alsoTogether` agrees on them. */
export interface Joined<C, T extends Tx> {
  readonly together: Together<C, T, unknown, unknown, unknown>
  readonly part: TakesPart<Operation, C, T, unknown, unknown, unknown>
}
