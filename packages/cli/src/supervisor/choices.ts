import { z } from 'zod'
import { Failure } from '../command.ts'
import { freePorts, isFree } from '../daemons/ports.ts'
import { readDocument, Settings, writeDocument, type Installation } from '../installation.ts'
import { gatewayAddress } from './services.ts'

/** What `up` was told; what it was not told stays as it was. */
export interface Wishes {
  port: number | undefined
  gateways: number | undefined
}

export const defaultPort = 9443
const defaultGateways = 2
const portsTried = 100

/** The organisation in which `up` sends its first message. */
export const checkHost = 'delivery-check'

/**
 * The settings for this start. A port that was asked for and is in use is a failure; the default one
 * gives way to the next that is free, so that two installations stand side by side.
 */
export async function chooseSettings(installation: Installation, wishes: Wishes): Promise<Settings> {
  const known = await readDocument(installation.settings, Settings)
  const gateways = wishes.gateways ?? known?.gateways ?? defaultGateways
  const port = await choosePort(wishes.port ?? known?.port, gateways)
  const settings = { port, gateways, hosts: known?.hosts ?? [checkHost] }
  await writeDocument(installation.settings, settings)
  return settings
}

async function choosePort(asked: number | undefined, gateways: number): Promise<number> {
  const addresses = ['127.0.0.1', ...Array.from({ length: gateways }, (_, i) => gatewayAddress(i + 1))]
  // Gateways share the port by SO_REUSEPORT, and would share it with a stranger's too: so it is tried alone first.
  const free = async (port: number): Promise<boolean> =>
    (await Promise.all(addresses.map((address) => isFree(port, address)))).every(Boolean)
  if (asked !== undefined) {
    if (await free(asked)) return asked
    throw new Failure(`port ${asked} is in use; choose another with --port`)
  }
  for (let port = defaultPort; port < defaultPort + portsTried; port += 1) {
    if (await free(port)) return port
  }
  throw new Failure(`no port from ${defaultPort} on is free; choose one with --port`)
}

const Ports = z.record(z.string(), z.int())

/** Other ways between processes than the straight one, see docs/operating.md. */
export const readDetours = async (installation: Installation): Promise<Record<string, number>> =>
  (await readDocument(installation.detours, Ports)) ?? {}

/** The private ports of these names: chosen once and kept, except those that somebody else took meanwhile. */
export async function choosePorts(
  installation: Installation,
  names: readonly string[],
): Promise<Record<string, number>> {
  const known = (await readDocument(installation.ports, Ports)) ?? {}
  const kept: Record<string, number> = {}
  for (const name of names) {
    const port = known[name]
    if (port !== undefined && (await isFree(port))) kept[name] = port
  }
  const missing = names.filter((name) => kept[name] === undefined)
  const fresh = await freePorts(missing.length, Object.values(known))
  for (const [i, name] of missing.entries()) kept[name] = fresh[i] ?? 0
  await writeDocument(installation.ports, { ...known, ...kept })
  return kept
}
