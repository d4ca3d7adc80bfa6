/** Every error code that may reach a client, with its HTTP status (Zulip API: error codes). */
export const errorStatus = {
  BAD_REQUEST: 400,
  REQUEST_VARIABLE_MISSING: 400,
  REQUEST_VARIABLE_INVALID: 400,
  REQUEST_CONFUSING_VAR: 400,
  INVALID_JSON: 400,
  BAD_NARROW: 400,
  BAD_EVENT_QUEUE_ID: 400,
  STREAM_DOES_NOT_EXIST: 400,
  SYSTEM_GROUP_REQUIRED: 400,
  UNAUTHORIZED_PRINCIPAL: 400,
  CANNOT_DEACTIVATE_LAST_USER: 400,
  CANNOT_DEACTIVATE_GROUP_IN_USE: 400,
  EXPECTATION_MISMATCH: 400,
  INVITATION_FAILED: 400,
  MOVE_MESSAGES_TIME_LIMIT_EXCEEDED: 400,
  REACTION_ALREADY_EXISTS: 400,
  REACTION_DOES_NOT_EXIST: 400,
  STREAM_WILDCARD_MENTION_NOT_ALLOWED: 400,
  TOPIC_WILDCARD_MENTION_NOT_ALLOWED: 400,
  UNAUTHORIZED: 401,
  INVALID_API_KEY: 401,
  AUTHENTICATION_FAILED: 401,
  USER_DEACTIVATED: 401,
  REALM_DEACTIVATED: 401,
  PASSWORD_AUTH_DISABLED: 401,
  CSRF_FAILED: 403,
  NOT_FOUND: 404,
  NONEXISTENT_SUBDOMAIN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  CHANNEL_ALREADY_EXISTS: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  HEADERS_TOO_LARGE: 431,
  RATE_LIMIT_HIT: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof errorStatus
/** Extra fields of an error's answer, beside `result`, `msg` and `code`. */
export type ErrorData = Readonly<Record<string, unknown>>

/**
 * The one error type that crosses service borders. `message` is shown to the client, so it
 * never holds content, credentials or internals; the cause stays in the process.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly data: ErrorData
  /** True when the call surely changed nothing and may be made again. */
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: ErrorData; cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.data = options.data ?? {}
    this.retryable = options.retryable ?? false
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

export const badRequest = (message: string, data?: ErrorData): AppError =>
  new AppError('BAD_REQUEST', message, data ? { data } : {})

/** An error that is not ours to explain: the client learns nothing of it. */
export const internal = (cause: unknown): AppError =>
  new AppError('INTERNAL', 'Internal server error', { cause })

/** The service or something it needs is not there now; clients may try again after `retryAfterS` seconds. */
export const unavailable = (cause?: unknown, retryAfterS = 1): AppError =>
  new AppError('UNAVAILABLE', 'Service temporarily unavailable', {
    data: { 'retry-after': retryAfterS },
    retryable: true,
    cause,
  })

/** Any thrown value as an AppError; what is not one becomes `INTERNAL` and keeps its cause. */
export const asAppError = (error: unknown): AppError => (error instanceof AppError ? error : internal(error))
