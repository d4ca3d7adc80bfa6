import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { createOrganisation } from '@parley/api'
import { z } from 'zod'
import { until } from './child.ts'
import { Failure } from './command.ts'
import type { Status } from './commands/running.ts'
import type { Installation } from './installation.ts'
import { withLink } from './operator-link.ts'
import { askSupervisor } from './supervisor/control.ts'
import { gatewayAddress } from './supervisor/services.ts'

export type NewOrganisation = z.input<(typeof createOrganisation)['input']>
export type MadeOrganisation = z.output<(typeof createOrganisation)['response']>
export type CreateOrganisation = (organisation: NewOrganisation) => Promise<MadeOrganisation>

/** Makes an organisation over the link, as the operator; its host answers before this resolves. */
export function organisationMaker(installation: Installation, status: Status): CreateOrganisation {
  return async (organisation) => {
    const checked = createOrganisation.input.safeParse(organisation)
    if (!checked.success) {
      const fields = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      throw new Failure(fields.join('; '))
    }
    await nameHost(installation, status, organisation.subdomain)
    return withLink(installation, status, 'auth', (link) =>
      link.call(createOrganisation, organisation, { timeoutMs: 20_000 }),
    )
  }
}

/** Has the public certificate name a subdomain and waits until every gateway shows that certificate. */
async function nameHost(
  installation: Installation,
  { port, gateways }: Status,
  subdomain: string,
): Promise<void> {
  await askSupervisor(installation.control, { ask: 'add-host', host: subdomain }, z.null())
  const ca = await readFile(join(installation.dir, 'ca', 'public-ca.crt'), 'utf8')
  const host = `${subdomain}.localhost`
  for (let index = 1; index <= gateways; index += 1) {
    const shows = (): Promise<true | undefined> => answersFor(gatewayAddress(index), port, host, ca)
    await until(`gateway-${index} to answer for ${host}`, shows, { timeoutMs: 60_000, everyMs: 100 })
  }
}

function answersFor(
  address: string,
  port: number,
  servername: string,
  ca: string,
): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, servername, ca })
    const end = (answer: true | undefined): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(3000, () => end(undefined))
    socket.once('secureConnect', () => end(true))
    socket.once('error', () => end(undefined))
  })
}
