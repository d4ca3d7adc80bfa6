import { apiClient, type ApiClient, basicHeader } from '@parley/testkit'
import { WebSocket } from 'ws'
import type { Scene } from '../product.ts'

export interface Account {
  readonly email: string
  readonly apiKey: string
}

/** One way into an organisation: a gateway, straight or by a detour. */
export interface Entrance {
  readonly url: string
  readonly ca: string
  /** Where the connection goes. */
  readonly address: string
  readonly port: number
}

/** Gateway n (from 1) of the product; `port` where it is not its own. */
export function entrance(stage: Pick<Scene, 'org' | 'ca'>, gateway: number, port?: number): Entrance {
  const { url } = stage.org
  return { url, ca: stage.ca, address: `127.0.0.${gateway + 1}`, port: port ?? Number(new URL(url).port) }
}

/** By a proxy on 127.0.0.1 that leads to a gateway. */
export const byProxy = (stage: Pick<Scene, 'org' | 'ca'>, port: number): Entrance => ({
  ...entrance(stage, 0, port),
})

/** A client that gives up on an answer after `patienceMs`. */
export function clientAt({ url, ca, address, port }: Entrance, who: Account, patienceMs: number): ApiClient {
  const { host, hostname } = new URL(url)
  const there = `https://${hostname}:${port}`
  return apiClient({ ...who, url: there, ca, address, headers: { host }, patienceMs })
}

/** A socket of a queue; not open yet. */
export function socketAt(
  { url, ca, address, port }: Entrance,
  who: Account,
  queue: { readonly id: string; readonly last: number },
): WebSocket {
  const { host, hostname: servername } = new URL(url)
  const query = new URLSearchParams({ queue_id: queue.id, last_event_id: String(queue.last) })
  const options = { ca, servername, headers: { host, ...basicHeader(who) }, handshakeTimeout: 30_000 }
  return new WebSocket(`wss://${address}:${port}/api/v1/events/ws?${query.toString()}`, options)
}
