import type { Writable } from 'node:stream'
import { closeCode, eventsWs } from '@parley/api'
import { AppError, asAppError } from '@parley/core'
import { describeError } from '@parley/kit'
import type { WebSocket } from 'ws'
import type { Context } from '../context.ts'
import type { Caller, Exchange } from '../edge/exchange.ts'
import { checkOrigin } from '../identity/cookies.ts'
import { EventSocket } from '../live/event-socket.ts'
import { askedOf } from './own-operation.ts'
import { findServed, type Served } from './serve-queue.ts'

interface ServedSocket extends Served {
  readonly caller: Caller
  /** The connection. */
  readonly wire: Writable
}

/**
 * What must be right before a connection becomes a socket; its errors are ordinary answers.
 * A browser sends its cookie from every page, so a session also has to come from one of ours.
 */
export async function beforeSocket(context: Context, exchange: Exchange): Promise<ServedSocket> {
  const { input, caller } = askedOf(eventsWs, exchange)
  if (exchange.door === 'Session') {
    const { origin } = exchange.request.headers
    if (origin === undefined)
      throw new AppError('CSRF_FAILED', 'CSRF error', { data: { reason: 'Origin missing.' } })
    checkOrigin(origin, new URL(exchange.facts.url).host)
  }
  const served = await findServed(context, exchange, input, caller.principal.user)
  return { ...served, caller, wire: exchange.request.socket }
}

/** Serves a queue over a socket until either side ends it. */
export function serveSocket(context: Context, served: ServedSocket, socket: WebSocket): void {
  const { organisation, queue, after, caller, wire } = served
  const { credential, generation } = caller.principal
  const { until } = caller
  const consumer = new EventSocket(context, { socket, wire, organisation, queue, credential, until })
  organisation.serve(consumer, after, generation).then(
    () => {
      if (context.stopping()) organisation.stop(consumer, 'restart')
    },
    (thrown: unknown) => {
      const error = asAppError(thrown)
      if (error.code === 'INTERNAL') context.logger.error('socket failed', describeError(thrown))
      socket.close(codeOf(error), error.code)
    },
  )
}

function codeOf(error: AppError): number {
  if (error.code === 'BAD_EVENT_QUEUE_ID') return closeCode.queueGone
  return error.status === 401 ? closeCode.revoked : closeCode.resume
}
