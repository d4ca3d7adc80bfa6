import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

const defaultLimit = 8 * 1024 * 1024

/** A log that never takes more than twice its limit: when full it becomes NAME.1 and starts anew. */
export interface LogFile {
  write(chunk: Buffer | string): void
  close(): void
}

/** Opens a log file for appending. `limit` is in bytes. */
export function openLogFile(path: string, limit = defaultLimit): LogFile {
  let fd = openSync(path, 'a', 0o600)
  let size = fstatSync(fd).size
  return {
    // Synchronous: lines stand in the order they came in, and none is lost when this process ends.
    write(chunk) {
      if (size >= limit) {
        closeSync(fd)
        renameSync(path, `${path}.1`)
        fd = openSync(path, 'a', 0o600)
        size = 0
      }
      size += writeSync(fd, typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    },
    close: () => closeSync(fd),
  }
}
