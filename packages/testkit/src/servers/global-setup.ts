import { createServer } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startInstances } from './instances.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The socket on which the servers of this run are asked for. */
    parleyServers: string
  }
}

/** Starts Postgres, NATS and Redis once per run, when the first test asks; a run of unit tests starts nothing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-servers-'))
  let started: ReturnType<typeof startInstances> | undefined
  const asked = createServer((socket) => {
    started ??= startInstances()
    started.then(
      ({ servers }) => socket.end(JSON.stringify({ servers })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
    // A worker that ends while it waits needs no answer.
    socket.on('error', () => {})
  })
  const path = join(dir, 'ask')
  await new Promise<void>((resolve) => asked.listen(path, resolve))
  project.provide('parleyServers', path)
  return async () => {
    asked.close()
    const running = await started?.catch(() => undefined)
    await running?.stop()
    await rm(dir, { recursive: true, force: true })
  }
}
