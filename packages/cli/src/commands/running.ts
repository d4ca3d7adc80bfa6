import { statSync } from 'node:fs'
import { z } from 'zod'
import { Failure, type Input } from '../command.ts'
import { installationAt, type Installation } from '../installation.ts'
import { askSupervisor, type Request } from '../supervisor/control.ts'

/** What a running supervisor says about itself. */
export const Status = z.object({
  url: z.string(),
  port: z.int(),
  trustDomain: z.string(),
  gateways: z.int(),
  processes: z.array(
    z.object({
      name: z.string(),
      port: z.int(),
      address: z.string(),
      state: z.enum(['stopped', 'starting', 'ready', 'failing']),
      pid: z.int().nullable(),
      restarts: z.int(),
    }),
  ),
})
export type Status = z.infer<typeof Status>

/** The installation the command line names; throws Failure when it belongs to somebody else. */
export function installationOf(input: Input): Installation {
  const installation = installationAt(input.text('data'))
  const owner = statSync(installation.dir, { throwIfNoEntry: false })?.uid
  const me = process.getuid?.()
  if (owner !== undefined && me !== 0 && owner !== me) {
    throw new Failure(
      `${installation.dir} belongs to another user: be that user, or choose another with --data`,
    )
  }
  return installation
}

/** Asks the supervisor of the command's installation; throws Failure when none runs. */
export async function ask<S extends z.ZodType>(
  installation: Installation,
  request: Request,
  schema: S,
  progress?: (line: string) => void,
): Promise<z.infer<S>> {
  const answer = await askSupervisor(installation.control, request, schema, progress)
  if (answer === undefined)
    throw new Failure(`nothing runs in ${installation.dir}; start it with ./parley up`)
  return answer
}
