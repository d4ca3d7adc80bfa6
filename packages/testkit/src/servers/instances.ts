import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bootstrapDatabase,
  type Daemon,
  ensurePki,
  freePorts,
  type Pki,
  type Postgres,
  startNats,
  startPostgres,
  startRedis,
} from '@parley/cli'
import { systemClock, systemIds } from '@parley/core'
import { migrate } from '@parley/db'
import { z } from 'zod'
import { pgTlsOf } from './certificates.ts'

/** Where the servers of this run are; plain data, so that it travels to the worker processes. */
export const TestServers = z.object({
  /** The folder of the run, removed at its end. */
  dir: z.string(),
  trustDomain: z.string(),
  postgres: z.object({
    port: z.int(),
    /** The superuser's socket folder and name. */
    socket: z.string(),
    superuser: z.string(),
    /** A migrated database that nobody is connected to. */
    template: z.string(),
  }),
  /**
   * For hints, barriers and whatever else may be shared. A test that runs a relay takes `privateNats()`: the stream
   * holds logs by organisation, and every database begins with organisation 1.
   */
  nats: z.object({ port: z.int(), url: z.string() }),
  redis: z.object({ port: z.int(), passwords: z.string() }),
  publicCa: z.string(),
  publicCertDir: z.string(),
  tokenKeys: z.string(),
  masterKey: z.string(),
  tokenKey: z.object({ gateway: z.string(), cli: z.string() }),
})
export type TestServers = z.infer<typeof TestServers>

const template = 'parley_template'
/** The root host and those of a network's first organisations. */
const publicNames = ['localhost', ...Array.from({ length: 9 }, (_, i) => `org${i + 1}.localhost`)]

/** Starts one private Postgres (migrated), NATS and Redis, all with mutual TLS. */
export async function startInstances(): Promise<{ servers: TestServers; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-test-'))
  // Postgres may run as another user, who has to get through.
  await chmod(dir, 0o711)
  const pki = await ensurePki({
    dir,
    sources: { clock: systemClock, ids: systemIds },
    publicNames: { dns: publicNames, ips: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] },
  })
  await chmod(join(dir, 'certs'), 0o711)
  const [postgresPort = 0, natsPort = 0, redisPort = 0] = await freePorts(3)
  const stops: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })]
  // Backwards, so that a server has ended before its folder goes.
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end()
  }
  const failed = async (error: unknown): Promise<never> => {
    await stop()
    throw error
  }
  const kept = async <D extends Daemon>(starting: Promise<D>): Promise<D> => {
    const daemon = await starting
    stops.push(() => daemon.stop())
    return daemon
  }
  const [postgres] = await Promise.all([
    kept(
      startPostgres({
        dir: join(dir, 'postgres'),
        port: postgresPort,
        certs: pki.certDir('postgres'),
        maxConnections: 400,
        // What a crash of the machine would lose is of no use to a test.
        settings: { fsync: 'off', full_page_writes: 'off' },
      }),
    ),
    kept(
      startNats({
        dir: join(dir, 'nats'),
        port: natsPort,
        certs: pki.certDir('nats'),
        trustDomain: pki.trustDomain,
      }),
    ),
    kept(
      startRedis({
        dir: join(dir, 'redis'),
        port: redisPort,
        certs: pki.certDir('redis'),
        clientCerts: pki.certDir('cli'),
        ids: systemIds,
      }),
    ),
  ]).catch(failed)
  await makeTemplate(postgres, dir, pki).catch(failed)
  return {
    servers: {
      dir,
      trustDomain: pki.trustDomain,
      postgres: {
        port: postgresPort,
        socket: postgres.admin.host,
        superuser: postgres.admin.user,
        template,
      },
      nats: { port: natsPort, url: `tls://127.0.0.1:${natsPort}` },
      redis: { port: redisPort, passwords: join(dir, 'redis', 'passwords') },
      publicCa: pki.publicCa,
      publicCertDir: pki.publicCertDir,
      tokenKeys: pki.tokenKeys,
      masterKey: pki.masterKey,
      tokenKey: { gateway: pki.tokenKey('gateway'), cli: pki.tokenKey('cli') },
    },
    stop,
  }
}

async function makeTemplate(postgres: Postgres, dir: string, { trustDomain }: Pki): Promise<void> {
  await bootstrapDatabase(postgres, template)
  await migrate({
    host: '127.0.0.1',
    port: postgres.port,
    database: template,
    role: 'parley_owner',
    tls: await pgTlsOf({ dir, trustDomain }, 'owner'),
  })
}
