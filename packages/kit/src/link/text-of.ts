import type { RawData } from 'ws'

/** A message's text; `ws` hands over one buffer unless told otherwise. */
export const textOf = (data: RawData): string =>
  (Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)])).toString()
