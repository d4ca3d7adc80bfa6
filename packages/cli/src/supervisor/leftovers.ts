import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endLeftover } from '../child.ts'
import type { Installation } from '../installation.ts'

/** Ends what a supervisor that was killed may have left running. */
export async function endLeftovers({ dir, pids }: Installation): Promise<void> {
  const services = (await readdir(pids))
    .filter((name) => name !== 'supervisor.pid')
    .map((name) => join(pids, name))
  await Promise.all(services.map((file) => endLeftover(file, 'SIGTERM')))
  await Promise.all([
    endLeftover(join(dir, 'nats', 'nats.pid'), 'SIGTERM'),
    endLeftover(join(dir, 'redis', 'redis.pid'), 'SIGTERM'),
    endLeftover(join(dir, 'postgres', 'postgres.pid'), 'SIGINT'),
  ])
}
