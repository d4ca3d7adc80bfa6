import type { ServiceName } from '@parley/api'

/** Bounds of the link; times in milliseconds, sizes in bytes. Every part may be set, mostly by tests. */
export interface LinkLimits {
  /** Largest frame towards the serving side: the largest body, encoded. */
  readonly requestBytes: number
  /** Largest frame back: the largest `register`. */
  readonly answerBytes: number
  /** Calls in flight on one connection; more are answered `busy` or go elsewhere. */
  readonly inFlight: number
  /** Unsent bytes of a connection above which its callers go elsewhere and its server reads no further call. */
  readonly bufferedBytes: number
  /** How long a peer may leave such bytes unread, or be silent, before it is cut. */
  readonly silentMs: number
  readonly heartbeatMs: number
  /** Calling side: a connection is replaced at this age, sooner by up to a tenth. The serving side asks at 1.5 times it. */
  readonly ageMs: number
  /** How long a draining side waits for the other before it cuts. */
  readonly drainMs: number
  readonly connectMs: number
  /** Waits before another attempt to connect: doubled from the first to the longest, half of each by chance. */
  readonly backoffMs: readonly [first: number, longest: number]
  readonly resolveMs: number
  /** Calls that wait for a connection, per service called. */
  readonly waiting: number
  /** How long a call waits for a connection at most; to its deadline where an instance is being restarted in order. */
  readonly waitMs: number
}

export const linkLimits: LinkLimits = {
  requestBytes: 2 * 1024 * 1024,
  answerBytes: 64 * 1024 * 1024,
  inFlight: 2048,
  bufferedBytes: 8 * 1024 * 1024,
  silentMs: 15_000,
  heartbeatMs: 5_000,
  ageMs: 600_000,
  drainMs: 10_000,
  connectMs: 5_000,
  backoffMs: [50, 1_000],
  resolveMs: 10_000,
  waiting: 1024,
  waitMs: 5_000,
}

/** Images come with the call, in Base64; they have a service and so connections of their own. */
const imageCallBytes = 8 * 1024 * 1024

/** The bounds of connections to a service. */
export const linkLimitsOf = (service: ServiceName, given: Partial<LinkLimits> = {}): LinkLimits => ({
  ...linkLimits,
  ...(service === 'uploads' ? { requestBytes: imageCallBytes } : {}),
  ...given,
})
