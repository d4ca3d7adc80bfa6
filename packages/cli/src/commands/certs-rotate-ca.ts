import { z } from 'zod'
import type { Command } from '../command.ts'
import { ask, installationOf } from './running.ts'

const Rotated = z.object({ former: z.string(), authority: z.string(), ports: z.array(z.string()) })

export const certsRotateCa: Command = {
  name: 'certs rotate-ca',
  summary: 'replace the authority of the certificates between processes, while everything runs',
  details: `First everything trusts the old and the new authority, then all certificates are issued anew, then the old
authority is trusted no more; each step waits until every port has followed. An interrupted rotation goes on
where it was. The authority of the public port, which clients have to be given, stays.`,
  options: {},
  async run(input) {
    const done = await ask(installationOf(input), { ask: 'rotate-ca' }, Rotated, input.out.progress)
    input.out.document(done)
    input.out.say(`the authority was replaced on ${done.ports.length} ports: ${done.ports.join(', ')}`)
    return 0
  },
}
