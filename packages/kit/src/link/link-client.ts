import type { Call, Operation, RawInput, RequestFacts } from '@parley/api'
import type { z } from 'zod'
import type { Lent } from '../memory/pool.ts'

/**
 * An answer as it came, to be handed on: the JSON of an object that went through the response schema. Whoever knows that
 * nothing reads of it any more releases it.
 */
export interface Forwarded {
  readonly json: Lent
  /** Fields that no parameter has. */
  readonly ignored: readonly string[]
}

export interface CallOptions {
  /** Hanging up: the call is cancelled at the other end too. */
  readonly signal?: AbortSignal
  /** Milliseconds from now, 10,000 unless given; never later than the end of the call being served. */
  readonly timeoutMs?: number
  /** Ties log lines of all processes together; the request id of the call being served unless given. */
  readonly requestId?: string
}

/**
 * Calls to other services over the link.
 * All throw the other side's AppError; UNAVAILABLE where it cannot be reached, is full, or the deadline passed
 * (`retryable` only where the call surely was not begun or is idempotent).
 */
export interface LinkClient extends AsyncDisposable {
  /** An internal call. */
  call<K extends Call>(
    call: K,
    input: z.input<K['input']>,
    options?: CallOptions,
  ): Promise<z.output<K['response']>>
  /** An internal call whose answer is handed on: its JSON, as the other side wrote it. */
  callForJson<K extends Call>(call: K, input: z.input<K['input']>, options?: CallOptions): Promise<Lent>
  /** A public operation, on behalf of the token's principal; the answer has been through the response schema. */
  operation(
    operation: Operation,
    raw: RawInput,
    request: RequestFacts,
    token: string | null,
    options?: CallOptions,
  ): Promise<Forwarded>
  /** For `/readyz`: throws where a service that this process calls has no open connection. */
  check(): Promise<void>
}
