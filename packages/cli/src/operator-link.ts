import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { ServiceName } from '@parley/api'
import { AppError, systemClock, systemIds } from '@parley/core'
import {
  createLinkClient,
  createLogger,
  createMetrics,
  type Certificates,
  type LinkClient,
} from '@parley/kit'
import { Failure } from './command.ts'
import type { Status } from './commands/running.ts'
import type { Installation } from './installation.ts'
import { readMaterial } from './material.ts'

/** Opens the link to a service as the operator (identity `cli`) for as long as `work` takes. */
export async function withLink<T>(
  { dir }: Installation,
  { processes, trustDomain }: Status,
  service: ServiceName,
  work: (link: LinkClient) => Promise<T>,
): Promise<T> {
  const addresses = processes
    .filter((p) => p.name.startsWith(`${service}-`))
    .map((p) => ({ host: p.address, port: p.port }))
  const material = await readMaterial(join(dir, 'certs', 'cli'))
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  await using link = createLinkClient({
    config: { peers: { [service]: addresses }, trustDomain },
    certificates: unchanging(material),
    deps: {
      clock: systemClock,
      ids: systemIds,
      logger: createLogger({ service: 'cli', node: 'cli', level: 'error', scope: () => ({}), to: nowhere }),
      metrics: createMetrics('cli'),
    },
  })
  try {
    return await work(link)
  } catch (error) {
    if (error instanceof AppError) throw new Failure(error.message, { cause: error })
    throw error
  }
}

/** The certificates of one short run: nothing replaces them meanwhile. */
export function unchanging(material: Certificates['client']): Certificates {
  return {
    client: material,
    server: material,
    onChange: () => () => {},
    reload: () => false,
    [Symbol.dispose]() {},
  }
}
