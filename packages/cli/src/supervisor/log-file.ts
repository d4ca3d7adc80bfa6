import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

const defaultLimit = 8 * 1024 * 1024

/**
 * A log that never takes more than twice its limit: when full it becomes NAME.1 and starts anew. What cannot be written, as
 * on a full disk, is lost, and the log says so as soon as it can: a log never ends what it tells of.
 */
export interface LogFile {
  write(chunk: Buffer | string): void
  close(): void
}

interface Open {
  readonly fd: number
  size: number
}

function openAt(path: string): Open {
  const fd = openSync(path, 'a', 0o600)
  return { fd, size: fstatSync(fd).size }
}

/** Opens a log file for appending. `limit` is in bytes. */
export function openLogFile(path: string, limit = defaultLimit): LogFile {
  let open: Open | null = openAt(path)
  /** Bytes since the last line that could be written. */
  let lost = 0
  const close = (): void => {
    const { fd } = open ?? {}
    open = null
    if (fd !== undefined) closeSync(fd)
  }
  const append = (bytes: Buffer): void => {
    open ??= openAt(path)
    if (open.size >= limit) {
      close()
      if (existsSync(path)) renameSync(path, `${path}.1`)
      open = openAt(path)
    }
    const wrote = writeSync(open.fd, bytes)
    open.size += wrote
    if (wrote < bytes.length) throw new Error('the disk takes no more')
  }
  return {
    // Synchronous: lines stand in the order they came in, and none is lost when this process ends.
    write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      try {
        if (lost > 0) append(Buffer.from(`(${lost} bytes could not be written here and are lost)\n`))
        lost = 0
        append(bytes)
      } catch {
        lost += bytes.length
        close()
      }
    },
    close,
  }
}
