import type { Lent } from '../memory/pool.ts'

/** A call as the connection sends it; id and token slot are the connection's business. */
export interface Outgoing {
  readonly kind: 'op' | 'call'
  readonly op: string
  readonly input: unknown
  readonly token: string | null
  readonly requestId: string
  readonly traceparent: string | undefined
  /** What is left until the deadline, milliseconds. */
  readonly leftMs: number
}

/** `busy`: not begun, try elsewhere. `lost`: the connection went; whether the call was begun is unknown. */
export type Reply =
  | { readonly kind: 'ok'; readonly json: Lent; readonly ignored: readonly string[] }
  | { readonly kind: 'busy' }
  | { readonly kind: 'lost' }

export interface Sent {
  /** @throws the other side's AppError */
  readonly reply: Promise<Reply>
  /** Nobody waits any more: tells the other side. */
  cancel(): void
}
