import { AppError, asAppError } from '@parley/core'
import { describeError, type Logger } from '@parley/kit'
import type { FastifyRequest } from 'fastify'

/** Refusals that the log tells: who was not let in, and whoever asks too much. */
const told: ReadonlySet<number> = new Set([401, 403, 429])
/** What comes by thousands where too much is asked: each told by itself, telling would take what is left of the CPU. */
const gathered: ReadonlySet<number> = new Set([429, 503])
const everyMs = 1000
/** Kinds told apart by address or by what failed, at a time. */
const most = 200

/** What of a request is told. */
export type Refused = Pick<FastifyRequest, 'id' | 'ip'> & {
  readonly routeOptions: Pick<FastifyRequest['routeOptions'], 'url'>
}

/** Refusals of one route for one reason since they were told last. */
interface Kind {
  readonly route: string | undefined
  readonly error: AppError
  readonly address: string | undefined
  count: number
  /** Of one of them. */
  requestId: string
}

/**
 * Logs refusals and failures of ours, without content. Of those that come by thousands the first is told at once, and
 * once a second how many others there were, with the id of one.
 */
export class Refusals implements Disposable {
  readonly #logger: Pick<Logger, 'info' | 'error'>
  readonly #kinds = new Map<string, Kind>()
  #timer: NodeJS.Timeout | null = null

  constructor(logger: Pick<Logger, 'info' | 'error'>) {
    this.#logger = logger
  }

  tell(request: Refused, error: AppError, thrown: unknown): void {
    if (gathered.has(error.status) && this.#gather(request, error)) return
    const about = { request_id: request.id, route: request.routeOptions.url, code: error.code }
    if (error.status >= 500) this.#logger.error('request failed', { ...about, ...describeError(thrown) })
    else if (told.has(error.status)) this.#logger.info('refused', { ...about, address: request.ip })
  }

  /** Tells what has gathered. */
  flush(): void {
    for (const [key, kind] of this.#kinds) {
      const { route, error, address, count, requestId } = kind
      if (count === 0) {
        this.#kinds.delete(key)
        continue
      }
      kind.count = 0
      const about = { request_id: requestId, route, code: error.code, count }
      if (error.status >= 500) this.#logger.error('more requests failed', about)
      else this.#logger.info('more were refused', { ...about, address })
    }
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.flush()
  }

  /** @returns whether it is told later: it is not the first of its kind */
  #gather({ id, ip, routeOptions: { url } }: Refused, error: AppError): boolean {
    // Whoever asks too much is told of by address, a gateway that is full is not their doing.
    const own = error.status === 429 ? ip : reasonOf(error)
    const exactly = `${url} ${error.code} ${own}`
    const apart = this.#kinds.has(exactly) || this.#kinds.size < most
    const key = apart ? exactly : `${url} ${error.code}`
    const known = this.#kinds.get(key)
    if (known) {
      known.count++
      known.requestId = id
      return true
    }
    const address = apart && error.status === 429 ? ip : undefined
    this.#kinds.set(key, { route: url, error, address, count: 0, requestId: id })
    this.#later()
    return false
  }

  #later(): void {
    if (this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.flush()
      if (this.#kinds.size > 0) this.#later()
    }, everyMs).unref()
  }
}

/** Why, as far as it costs nothing to say: the place it was thrown at does. Tells kinds apart, and is told nobody. */
function reasonOf({ cause }: AppError): string {
  if (!(cause instanceof Error)) return ''
  return `${cause.name} ${'code' in cause ? String(cause.code) : ''} ${cause.message.slice(0, 200)}`
}

/** Fastify's own refusals are the client's faults, told without its words. */
export function appErrorOf(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined
  if (status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type')
  if (status === 413) return new AppError('PAYLOAD_TOO_LARGE', 'Request body too large')
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AppError('BAD_REQUEST', 'Malformed request')
  return asAppError(thrown)
}
