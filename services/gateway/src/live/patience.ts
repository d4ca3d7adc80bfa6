import type { Ids } from '@parley/core'

/** Heartbeats come after 45 to 55 seconds of silence, not all at once. */
export const patience = (ids: Ids): number => 45_000 + (ids.bytes(2).readUInt16BE() / 65_536) * 10_000
