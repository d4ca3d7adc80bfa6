/** Between two looks at who has heard nothing for too long, milliseconds. */
export const tickMs = 1000

const [leastMs, mostMs] = [45_000, 55_000]
/** A look that comes late, and the way to the client. */
const spareMs = 500

/**
 * How long a queue's client may hear nothing before the next look sends a heartbeat, milliseconds: with that look it is
 * 45 to 55 seconds, and not the same for all, since ids of queues are random.
 */
export const patience = (queueId: string): number =>
  leastMs +
  spareMs +
  (Number.parseInt(queueId.slice(0, 4), 16) / 65_536) * (mostMs - leastMs - tickMs - 2 * spareMs)
