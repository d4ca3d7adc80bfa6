import { join } from 'node:path'
import type { Ids } from '@parley/core'
import { launch, systemPath, until, type Child } from '../child.ts'
import type { Config } from '../config.ts'
import { startNats } from '../daemons/nats.ts'
import { startPostgres, type Postgres } from '../daemons/postgres.ts'
import { redisUsers } from '../daemons/redis-users.ts'
import { startRedis, type Redis } from '../daemons/redis.ts'
import type { Daemon } from '../daemons/daemon.ts'
import { checkout, type Installation } from '../installation.ts'
import type { Pki } from '../pki.ts'
import type { Unit } from './keeper.ts'
import { isReady } from './probe.ts'
import {
  connectionsNeeded,
  engine,
  environmentOf,
  gatewayAddress,
  mainFileOf,
  type Instance,
  type Surroundings,
} from './services.ts'

export interface UnitOptions {
  installation: Installation
  ids: Ids
  pki: Pki
  ports: Readonly<Record<string, number>>
  detours: Readonly<Record<string, number>>
  instances: readonly Instance[]
  publicPort: number
  config: Config
  /** Where a process' output goes. */
  onOutput: (name: string) => (chunk: Buffer) => void
}

export type DaemonName = 'postgres' | 'nats' | 'redis'

/** The daemons' units, and the running daemons for what only they can do. */
export interface DaemonUnits {
  units: readonly Unit[]
  /** The one that runs now; throws before its first start. */
  postgres(): Postgres
  /** Makes them take up renewed certificates. */
  reload(names: readonly string[]): Promise<void>
  /** Ends what they still do for certificates of these serial numbers; a Redis user gets another password. */
  cutOff(identity: string, serials: readonly string[]): Promise<void>
}

export function daemonUnits(options: UnitOptions): DaemonUnits {
  const { installation, ids, pki, ports, instances, onOutput } = options
  const running = new Map<string, Daemon>()
  let postgres: Postgres | undefined
  let redis: Redis | undefined
  const start: Record<DaemonName, (shared: Shared) => Promise<Daemon>> = {
    async postgres(shared) {
      postgres = await startPostgres({ ...shared, maxConnections: connectionsNeeded(instances) })
      return postgres
    },
    nats: (shared) => startNats({ ...shared, trustDomain: pki.trustDomain, generations: pki.generations }),
    async redis(shared) {
      redis = await startRedis({ ...shared, ids, clientCerts: pki.certDir('cli') })
      return redis
    },
  }
  const unit = (name: DaemonName): Unit => ({
    name,
    group: name,
    port: ports[name] ?? 0,
    address: '127.0.0.1',
    async launch() {
      const daemon = await start[name]({
        dir: join(installation.dir, name),
        port: ports[name] ?? 0,
        certs: pki.certDir(name),
        onOutput: onOutput(name),
      })
      running.set(name, daemon)
      return daemon
    },
    // Starting one waits until it answers.
    ready: () => Promise.resolve(),
  })
  return {
    units: [unit('postgres'), unit('nats'), unit('redis')],
    postgres() {
      if (postgres === undefined) throw new Error('Postgres has not been started')
      return postgres
    },
    async reload(names) {
      for (const name of names) await running.get(name)?.reload()
    },
    async cutOff(identity, serials) {
      await postgres?.endSessions(serials)
      if (Object.hasOwn(redisUsers, identity)) await redis?.newPassword(identity)
    },
  }
}

interface Shared {
  dir: string
  port: number
  certs: string
  onOutput: (chunk: Buffer) => void
}

/** The services' units. */
export function serviceUnits(options: UnitOptions): Unit[] {
  const { installation, pki, ports, detours, instances, publicPort, config, onOutput } = options
  const around: Surroundings = {
    trustDomain: pki.trustDomain,
    certDir: pki.certDir,
    publicCertDir: pki.publicCertDir,
    tokenKeys: pki.tokenKeys,
    tokenKey: pki.tokenKey('gateway'),
    masterKey: pki.masterKey,
    ports,
    detours,
    instances,
    publicPort,
    redisPasswordFile: (user) => join(installation.dir, 'redis', 'passwords', user),
    redisUsers: new Set(Object.keys(redisUsers)),
    rateLimitFactor: config.rateLimitFactor,
    webPublicChannels: config.webPublicChannels,
    logLevel: config.logLevel,
    otlpEndpoint: config.otlpEndpoint,
    mail: config.mail,
  }
  return instances.map((instance) => {
    const { name, service, index } = instance
    let launches = 0
    const port = ports[name] ?? 0
    const probe = { port, service, trustDomain: pki.trustDomain, certs: pki.certDir('cli') }
    return {
      name,
      group: service,
      port: service === 'gateway' ? publicPort : port,
      address: service === 'gateway' ? gatewayAddress(index) : '127.0.0.1',
      // Two gateways share their ports for a moment. Who is called over the link need not: callers wait for the new one.
      overlaps: service === 'gateway',
      launch: () =>
        launch({
          name,
          command: process.execPath,
          args: [...engine, mainFileOf(service)],
          env: {
            PATH: systemPath,
            TZ: 'UTC',
            NODE_COMPILE_CACHE: config.compileCache ?? installation.cache,
            ...environmentOf(instance, around),
          },
          cwd: checkout,
          pidFile: join(installation.pids, `${name}.${launches++ % 2}.pid`),
          stopSignal: 'SIGTERM',
          // Without a supervisor Postgres is going too: there is nothing left to finish.
          orphanSignal: 'SIGKILL',
          onOutput: onOutput(name),
        }),
      async ready(child: Child) {
        await until(
          `${name} to be ready`,
          async () => ((await isReady({ ...probe, pid: child.pid })) ? true : undefined),
          {
            timeoutMs: 10 * 60_000,
            everyMs: 100,
            child,
          },
        )
      },
    }
  })
}
