import { z } from 'zod'
import type { Command } from '../command.ts'
import { ask, installationOf } from './running.ts'

const Revoked = z.object({
  identity: z.string(),
  serials: z.array(z.string()),
  refused: z.array(z.string()),
  tookMs: z.number(),
})

export const certsRevoke: Command = {
  name: 'certs revoke',
  summary: 'revoke the certificates of an identity and give it new ones',
  positionals: ['NAME'],
  details: `NAME is a service, cli, owner, postgres, nats or redis: a folder of DIR/certs. Every port refuses what was issued to
it before, and connections that stand on it are cut. The service itself carries on with new certificates; gateways
are started anew, one after the other, with another password for Redis. Redis knows no lists of revoked
certificates: there an old one leads to the question for a password, until certs rotate-ca ends that too.`,
  options: {},
  async run(input) {
    const [name = ''] = input.positionals
    const done = await ask(installationOf(input), { ask: 'revoke', name }, Revoked, input.out.progress)
    input.out.document(done)
    const seconds = (done.tookMs / 1000).toFixed(1)
    input.out.say(`${done.serials.length} certificates of ${name} were revoked in ${seconds} s`)
    return 0
  },
}
