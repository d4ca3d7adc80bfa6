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

export const installationOf = (input: Input): Installation => installationAt(input.text('data'))

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
