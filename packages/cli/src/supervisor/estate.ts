import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Ids } from '@parley/core'
import { Failure } from '../command.ts'
import type { Config } from '../config.ts'
import { redisUsers } from '../daemons/redis-users.ts'
import { Demo, readDocument, writeDocument, type Installation, type Settings } from '../installation.ts'
import { ensurePki, type Pki } from '../pki.ts'
import { choosePorts, chooseSettings, readDetours, type Wishes } from './choices.ts'
import { allServices, type Request } from './control.ts'
import type { Port } from './handshake.ts'
import { keep, type Keeper } from './keeper.ts'
import { endLeftovers } from './leftovers.ts'
import { migrateDatabase } from './migrate-database.ts'
import { gatewayAddress, instancesOf, restartOrder } from './services.ts'
import { revokeIdentity, rotateAuthority, type TrustWork } from './trust.ts'
import { daemonUnits, serviceUnits, type DaemonUnits } from './units.ts'
import { createVoice } from './voice.ts'

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
  const voice = createVoice(installation.logs, clock)
  const { say } = voice
  const keepers: Keeper[] = []
  let pki: Pki | undefined
  let settings: Settings = { port: 0, gateways: 0, hosts: [] }
  let daemons: DaemonUnits | undefined
  let ports: Port[] = []
  let stopping = false
  let written = Promise.resolve()

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
    listen: voice.listen,

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
        onOutput: (name: string) => (chunk: Buffer) => voice.logOf(name).write(chunk),
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
      voice.settle()
    },

    async tooLate() {
      await delay(startMs, undefined, { ref: false })
      const late = keepers.filter((keeper) => keeper.state() !== 'ready').map((keeper) => keeper.unit.name)
      throw new Failure(`not ready after ${startMs / 1000} s: ${late.join(', ')} (see ${installation.logs})`)
    },

    async stop() {
      clearInterval(renewal)
      stopping = true
      voice.begin()
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
      voice.close()
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
