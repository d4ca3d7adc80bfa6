/** Heartbeats come after 45 to 55 seconds of silence, not all at once: ids of queues are random. */
export const patience = (queueId: string): number =>
  45_000 + (Number.parseInt(queueId.slice(0, 4), 16) / 65_536) * 10_000
