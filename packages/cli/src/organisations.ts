import { Writable } from 'node:stream'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { createOrganisation } from '@parley/api'
import { AppError, systemClock, systemIds } from '@parley/core'
import { createLinkClient, createLogger, createMetrics, type Certificates } from '@parley/kit'
import { z } from 'zod'
import { until } from './child.ts'
import { Failure } from './command.ts'
import { askSupervisor } from './supervisor/control.ts'
import { gatewayAddress } from './supervisor/services.ts'
import type { Status } from './commands/running.ts'
import type { Installation } from './installation.ts'

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
    return callAuth(installation, status, organisation)
  }
}

async function callAuth(
  { dir }: Installation,
  { processes, trustDomain }: Status,
  organisation: NewOrganisation,
): Promise<MadeOrganisation> {
  const addresses = processes
    .filter((p) => p.name.startsWith('auth-'))
    .map((p) => ({ host: p.address, port: p.port }))
  const certs = join(dir, 'certs', 'cli')
  const read = (name: string): Promise<string> => readFile(join(certs, name), 'utf8')
  const [cert, key, ca] = await Promise.all([read('client.crt'), read('client.key'), read('ca.crt')])
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  await using link = createLinkClient({
    config: { peers: { auth: addresses }, trustDomain },
    certificates: unchanging({ cert, key, ca }),
    deps: {
      clock: systemClock,
      ids: systemIds,
      logger: createLogger({ service: 'cli', node: 'cli', level: 'error', scope: () => ({}), to: nowhere }),
      metrics: createMetrics('cli'),
    },
  })
  try {
    return await link.call(createOrganisation, organisation, { timeoutMs: 20_000 })
  } catch (error) {
    if (error instanceof AppError) throw new Failure(error.message, { cause: error })
    throw error
  }
}

/** The certificates of one short run: nothing replaces them meanwhile. */
function unchanging(material: Certificates['client']): Certificates {
  return {
    client: material,
    server: material,
    onChange: () => () => {},
    reload: () => false,
    [Symbol.dispose]() {},
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
