import { z } from 'zod'
import { endLeftover, gone } from '../child.ts'
import type { Command } from '../command.ts'
import { askSupervisor, SupervisorGone } from '../supervisor/control.ts'
import { installationOf } from './running.ts'

export const down: Command = {
  name: 'down',
  summary: 'stop everything: services first, then relay, NATS, Redis and Postgres',
  options: {},
  async run(input) {
    const installation = installationOf(input)
    const { out } = input
    const stopped = await askSupervisor(installation.control, { ask: 'down' }, z.null(), out.progress).catch(
      (error: unknown) => {
        if (error instanceof SupervisorGone) return null
        throw error
      },
    )
    // Its socket closes before it has gone, which it does by itself; one that does not is ended all the same.
    if (stopped !== undefined) await gone(installation.supervisorPid, 10_000)
    await endLeftover(installation.supervisorPid, 'SIGTERM', 60_000)
    out.document({ stopped: stopped !== undefined })
    out.say(stopped === undefined ? `nothing ran in ${installation.dir}` : 'stopped; ./parley up resumes')
    return 0
  },
}
