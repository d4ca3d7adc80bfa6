import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Ids } from '@parley/core'
import { spiffeId } from '@parley/crypto'
import { migrate, setSearchLanguage } from '@parley/db'
import { endLeftover } from '../child.ts'
import { Failure } from '../command.ts'
import type { Config, SearchLanguage } from '../config.ts'
import { bootstrapDatabase, type Postgres } from '../daemons/postgres.ts'
import { redisUsers } from '../daemons/redis-users.ts'
import { Demo, readDocument, writeDocument, type Installation, type Settings } from '../installation.ts'
import { readMaterial } from '../material.ts'
import { ensurePki, type Pki } from '../pki.ts'
import { choosePorts, chooseSettings, readDetours, type Wishes } from './choices.ts'
import { allServices, type Request } from './control.ts'
import type { Port } from './handshake.ts'
import { keep, type Keeper } from './keeper.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { database, gatewayAddress, instancesOf, restartOrder } from './services.ts'
import { revokeIdentity, rotateAuthority, type TrustWork } from './trust.ts'
import { daemonUnits, serviceUnits, type DaemonUnits } from './units.ts'

export interface EstateOptions {
  installation: Installation
  wishes: Wishes
  config: Config
  clock: Clock
  ids: Ids
}

const startMs = 150_000
const renewalMs = 3_600_000

/** Everything that an installation runs, and what is true about it. */
export interface Estate {
  start(): Promise<void>
  stop(): Promise<void>
  tooLate(): Promise<never>
  answer(request: Request): Promise<unknown>
  /** Hears every line of progress; the result ends it. */
  listen(listener: (line: string) => void): () => void
}

/** Makes the estate of an installation; nothing runs before `start`. */
export function createEstate({ installation, wishes, config, clock, ids }: EstateOptions): Estate {
  const logs = new Map<string, LogFile>()
  const listeners = new Set<(line: string) => void>()
  const keepers: Keeper[] = []
  /** What whoever comes now is told first: what has been said of the starting or stopping that is going on. */
  const past: string[] = []
  let settled = false
  let pki: Pki | undefined
  let settings: Settings = { port: 0, gateways: 0, hosts: [] }
  let daemons: DaemonUnits | undefined
  let ports: Port[] = []
  let stopping = false
  let written = Promise.resolve()

  const logOf = (name: string): LogFile => {
    const open = logs.get(name) ?? openLogFile(join(installation.logs, `${name}.log`))
    logs.set(name, open)
    return open
  }
  const say = (line: string): void => {
    logOf('supervisor').write(`${new Date(clock.now()).toISOString()} ${line}\n`)
    if (!settled) past.push(line)
    for (const listener of listeners) listener(line)
  }

  const processes = () => {
    const own = { name: 'supervisor', pid: process.pid, port: null, address: null }
    const all = keepers.flatMap((keeper) => {
      const pid = keeper.pid()
      const { name, port, address } = keeper.unit
      return pid === undefined ? [] : [{ name, pid, port, address }]
    })
    return stopping && all.length === 0 ? [] : [own, ...all]
  }
  /** One write at a time, each with what is true when it begins. */
  const writeRun = (): Promise<void> => {
    // One that failed, as on a full disk, must not be the last.
    written = written
      .catch(() => {})
      .then(async () => {
        if (pki === undefined) return
        const demo = await readDocument(installation.demo, Demo)
        const url = `https://localhost:${settings.port}`
        const { dir: data } = installation
        await writeDocument(installation.run, { url, ca: pki.publicCa, data, processes: processes(), demo })
      })
    return written
  }
  const changed = (): void => {
    writeRun().catch((error: unknown) => say(`run.json could not be written: ${String(error)}`))
  }

  const renewNow = async (): Promise<Pki> => {
    const dns = ['localhost', ...settings.hosts.map((host) => `${host}.localhost`)]
    const gateways = Array.from({ length: settings.gateways }, (_, i) => gatewayAddress(i + 1))
    const publicNames = { dns, ips: ['127.0.0.1', ...gateways] }
    pki = await ensurePki({ dir: installation.dir, sources: { clock, ids }, publicNames })
    if (pki.renewed.length > 0) say(`certificates issued: ${pki.renewed.join(', ')}`)
    // NATS each time: it takes a TLS session that was saved for the certificate it was made with, until it looks anew.
    await daemons?.reload([...new Set([...pki.renewed, 'nats'])])
    return pki
  }
  /** One look at a time. */
  let renewing: Promise<unknown> = Promise.resolve()
  const renew = (): Promise<Pki> => {
    const mine = renewing.then(renewNow)
    renewing = mine.catch(() => {})
    return mine
  }
  const renewal = setInterval(() => {
    renew().catch((error: unknown) => say(`certificates could not be renewed: ${String(error)}`))
  }, renewalMs)

  const restart = async (chosen: readonly Keeper[]): Promise<void> => {
    // One after the other, so that the rest of a group carries on.
    for (const keeper of chosen) {
      say(`restarting ${keeper.unit.name}`)
      await keeper.restart()
    }
  }
  const trustWork: TrustWork = {
    caDir: join(installation.dir, 'ca'),
    clock,
    ids,
    renew,
    say,
    ports: () => ports.filter(({ name }) => keepers.some(({ unit }) => unit.name === name)),
    async cutOff(identity, serials) {
      await daemons?.cutOff(identity, serials)
      // They read their password when they start.
      if (Object.hasOwn(redisUsers, identity))
        await restart(keepers.filter(({ unit }) => unit.group === identity))
    },
  }
  /** One change of whom everybody trusts at a time. */
  let changing = false
  const alone = async <T>(change: () => Promise<T>): Promise<T> => {
    if (changing) throw new Failure('certificates are being rotated or revoked just now')
    changing = true
    try {
      return await change()
    } finally {
      changing = false
    }
  }

  const startAll = (group: readonly Keeper[]): Promise<unknown> =>
    Promise.all(
      group.map(async (keeper) => {
        await keeper.start()
        say(`${keeper.unit.name} is ready`)
      }),
    )

  return {
    listen(listener) {
      for (const line of past) listener(line)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async start() {
      await endLeftovers(installation)
      settings = await chooseSettings(installation, wishes)
      const instances = instancesOf(settings.gateways)
      const names = ['postgres', 'nats', 'redis', ...instances.map((instance) => instance.name)]
      const chosen = await choosePorts(installation, names)
      ports = names.map((name) => ({ name, service: name.replace(/-\d+$/, ''), port: chosen[name] ?? 0 }))
      await renew()
      if (stopping) throw new Failure('stopped while starting')
      if (pki === undefined) throw new Error('certificates were issued')
      const unitOptions = {
        installation,
        ids,
        pki,
        ports: chosen,
        detours: await readDetours(installation),
        instances,
        config,
        publicPort: settings.port,
        onOutput: (name: string) => (chunk: Buffer) => logOf(name).write(chunk),
      }
      const keeperOptions = { clock, say, onChange: changed }
      daemons = daemonUnits(unitOptions)
      const base = daemons.units.map((unit) => keep(unit, keeperOptions))
      const services = serviceUnits(unitOptions).map((unit) => keep(unit, keeperOptions))
      keepers.push(...base, ...services)
      say('starting Postgres, NATS and Redis')
      await startAll(base)
      await migrateDatabase(daemons.postgres(), pki, config.searchLanguage, say)
      say('starting the services')
      await startAll(services)
      await writeRun()
      // Whoever asks from now on hears only of what comes.
      settled = true
      past.length = 0
    },

    async tooLate() {
      await delay(startMs, undefined, { ref: false })
      const late = keepers.filter((keeper) => keeper.state() !== 'ready').map((keeper) => keeper.unit.name)
      throw new Failure(`not ready after ${startMs / 1000} s: ${late.join(', ')} (see ${installation.logs})`)
    },

    async stop() {
      clearInterval(renewal)
      stopping = true
      settled = false
      past.length = 0
      // What was started last is stopped first; the gateways together, then one after the other.
      for (const group of stopOrder(keepers)) {
        await Promise.all(
          group.map(async (keeper) => {
            if (keeper.pid() !== undefined) say(`stopping ${keeper.unit.name}`)
            await keeper.stop()
          }),
        )
      }
      await writeRun().catch((error: unknown) => say(`run.json could not be written: ${String(error)}`))
      say('stopped')
      for (const log of logs.values()) log.close()
      logs.clear()
    },

    async answer(request) {
      switch (request.ask) {
        case 'ready':
        case 'status':
          return {
            url: `https://localhost:${settings.port}`,
            port: settings.port,
            trustDomain: pki?.trustDomain ?? '',
            gateways: settings.gateways,
            processes: keepers.map((keeper) => ({
              name: keeper.unit.name,
              port: keeper.unit.port,
              address: keeper.unit.address,
              state: keeper.state(),
              pid: keeper.pid() ?? null,
              restarts: keeper.restarts(),
            })),
          }
        case 'restart': {
          const chosen =
            request.name === allServices
              ? restartOrder.flatMap((service) => keepers.filter(({ unit }) => unit.group === service))
              : keepers.filter(({ unit }) => unit.name === request.name || unit.group === request.name)
          if (chosen.length === 0)
            throw new Failure(
              `there is no service ${request.name}; they are ${keepers.map(({ unit }) => unit.name).join(', ')}`,
            )
          await restart(chosen)
          return null
        }
        case 'add-host':
          if (!settings.hosts.includes(request.host)) {
            settings = { ...settings, hosts: [...settings.hosts, request.host] }
            await writeDocument(installation.settings, settings)
          }
          await renew()
          return null
        case 'rotate-ca':
          return alone(() => rotateAuthority(trustWork))
        case 'revoke':
          return alone(() => revokeIdentity(trustWork, request.name))
        case 'refresh':
          await writeRun()
          return null
        case 'down':
          return null
      }
    },
  }
}

/** Gateways first, then the other services, then relay, NATS, Redis and Postgres. */
function stopOrder(keepers: readonly Keeper[]): Keeper[][] {
  const last = ['relay', 'nats', 'redis', 'postgres']
  const pick = (test: (group: string) => boolean): Keeper[] => keepers.filter((k) => test(k.unit.group))
  return [
    pick((group) => group === 'gateway'),
    pick((group) => group !== 'gateway' && !last.includes(group)),
    ...last.map((name) => pick((group) => group === name)),
  ]
}

/** Ends what a supervisor that was killed may have left running. */
async function endLeftovers({ dir, pids }: Installation): Promise<void> {
  const services = (await readdir(pids))
    .filter((name) => name !== 'supervisor.pid')
    .map((name) => join(pids, name))
  await Promise.all(services.map((file) => endLeftover(file, 'SIGTERM')))
  await Promise.all([
    endLeftover(join(dir, 'nats', 'nats.pid'), 'SIGTERM'),
    endLeftover(join(dir, 'redis', 'redis.pid'), 'SIGTERM'),
    endLeftover(join(dir, 'postgres', 'postgres.pid'), 'SIGINT'),
  ])
}

async function migrateDatabase(
  postgres: Postgres,
  pki: Pki,
  language: SearchLanguage | undefined,
  say: (line: string) => void,
): Promise<void> {
  await bootstrapDatabase(postgres, database)
  const material = await readMaterial(pki.certDir('owner'))
  const owner = {
    host: '127.0.0.1',
    port: postgres.port,
    database,
    role: 'parley_owner',
    tls: { ...material, serverUri: spiffeId(pki.trustDomain, 'postgres') },
  }
  const ran = await migrate(owner)
  if (ran.length > 0) say(`database migrated: ${ran.length} steps`)
  if (language !== undefined && (await setSearchLanguage(owner, language)))
    say(`search speaks ${language} from now on; messages are read anew for it by and by`)
}
