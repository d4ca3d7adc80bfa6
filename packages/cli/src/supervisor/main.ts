import { systemClock, systemIds } from '@parley/core'
import { z } from 'zod'
import { loadConfig } from '../config.ts'
import { installationAt } from '../installation.ts'
import { supervise } from './supervisor.ts'

// What `parley up` leaves running. Arguments: the folder, then port and gateways as JSON.
const [dir, wishes] = process.argv.slice(2)
const Wishes = z.object({ port: z.int().optional(), gateways: z.int().optional() })
const { port, gateways } = Wishes.parse(JSON.parse(wishes ?? '{}'))
const supervisor = await supervise({
  installation: installationAt(dir),
  wishes: { port, gateways },
  config: loadConfig(),
  clock: systemClock,
  ids: systemIds,
})
// Another one has the folder: whoever started this one asks that one.
if (supervisor !== undefined) {
  process.on('SIGTERM', () => void supervisor.stop())
  process.on('SIGINT', () => void supervisor.stop())
  process.on('SIGHUP', () => {})
  supervisor.ready.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
  await supervisor.ended
  // Answers that are under way still leave; nothing else may hold the process.
  setTimeout(() => process.exit(), 2000).unref()
}
