import type { Caller } from '@parley/api'
import { AppError } from '@parley/core'
import type { CallRoute } from '../route.ts'
import { notACaller } from './run-operation.ts'

/** One internal call, as it came over the link. */
export interface CallAsked {
  readonly op: string
  readonly caller: Caller
  readonly input: unknown
  readonly signal: AbortSignal
}

/**
 * Runs an internal call: caller list, input, handler, response.
 * @throws AppError for whatever the caller may know; anything else is a fault of ours
 */
export async function runCall<C>(
  calls: ReadonlyMap<string, CallRoute<C>>,
  ctx: C,
  asked: CallAsked,
): Promise<unknown> {
  const route = calls.get(asked.op)
  if (!route) throw new AppError('NOT_FOUND', 'Not Found')
  if (!route.call.callers.includes(asked.caller)) throw notACaller()
  const input = route.call.input.safeParse(asked.input)
  if (!input.success) throw new AppError('BAD_REQUEST', 'Malformed call')
  const answer = await route.handler({ input: input.data, ctx, signal: asked.signal })
  return route.call.response.parse(answer)
}
