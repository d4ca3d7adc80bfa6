import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'

/** Held until its process ends, however it ends. */
export interface Lock {
  release(): Promise<void>
}

/**
 * Makes this process the only supervisor of a folder; undefined when there is one already. The name of
 * a socket in Linux' abstract space is taken atomically and freed by the kernel, so no stale lock remains.
 */
export async function lockFolder(dir: string): Promise<Lock | undefined> {
  const { dev, ino } = await stat(dir)
  const server = createServer((socket) => socket.destroy())
  const taken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ path: `\0parley:${process.getuid?.()}:${dev}:${ino}` }, () => resolve(true))
  })
  if (!taken) return undefined
  server.unref()
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}
