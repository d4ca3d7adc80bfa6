import type { RawData } from 'ws'

/** A message's text. `ws` hands over one buffer unless told otherwise; anything else is no frame. */
export const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '')
