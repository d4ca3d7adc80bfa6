import type { ServiceName } from '@parley/api'
import { type Setting, setting } from './setting.ts'

/** Where something listens; `host` is a DNS name or an address, without brackets. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Every instance of the services that a process calls; a DNS name may stand for several. */
export type Peers = { readonly [S in ServiceName]?: readonly Address[] }

const services = {
  gateway: true,
  auth: true,
  streams: true,
  messaging: true,
  uploads: true,
  audit: true,
  relay: true,
} as const satisfies Record<ServiceName, true>

const isService = (name: string): name is ServiceName => Object.hasOwn(services, name)

/** `host:port`, with IPv6 addresses in brackets; port 0 lets the system choose. */
export function parseAddress(text: string): Address | undefined {
  const [, six, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text.trim()) ?? []
  const host = six ?? name
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}

/** An address as a text. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** `service=host:port,host:port;service=…`; a text without any peer is fine. */
export function parsePeers(text: string): Peers | undefined {
  const peers: { -readonly [S in ServiceName]?: Address[] } = {}
  for (const part of text.split(';').filter((p) => p.trim() !== '')) {
    const [name = '', rest = ''] = part.split('=').map((p) => p.trim())
    const addresses = rest.split(',').map(parseAddress)
    if (!isService(name) || Object.hasOwn(peers, name)) return undefined
    const known = addresses.filter((a) => a !== undefined)
    if (known.length !== addresses.length) return undefined
    peers[name] = known
  }
  return peers
}

export const address = (env: string): Setting<Address> => setting(env, 'host:port', parseAddress)

export const peers = (env: string): Setting<Peers> =>
  setting(env, 'service=host:port,host:port;service=…', parsePeers)
