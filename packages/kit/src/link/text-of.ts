import type { RawData } from 'ws'

/** A message's bytes. `ws` hands over one buffer unless told otherwise; anything else is no frame. */
export const bytesOf = (data: RawData): Buffer => (Buffer.isBuffer(data) ? data : Buffer.alloc(0))

/** A message's text. */
export const textOf = (data: RawData): string => bytesOf(data).toString()
