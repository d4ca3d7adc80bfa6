import { z } from 'zod'
import { endLeftover } from '../child.ts'
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
    // Its socket closes before it has gone; and one that does not answer is ended all the same.
    await endLeftover(installation.supervisorPid, 'SIGTERM', stopped === undefined ? 60_000 : 10_000)
    out.document({ stopped: stopped !== undefined })
    out.say(stopped === undefined ? `nothing ran in ${installation.dir}` : 'stopped; ./parley up resumes')
    return 0
  },
}
