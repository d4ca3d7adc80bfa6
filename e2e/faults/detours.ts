import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Proxy, startProxy, type Tap } from '@parley/testkit'
import { z } from 'zod'

const Ports = z.record(z.string(), z.int())

/** Proxies between named processes of an installation, by `caller>target`. */
export interface Detours<Way extends string> extends AsyncDisposable {
  readonly on: Readonly<Record<Way, Proxy>>
}

/**
 * Puts a proxy on each of these ways; to be called before `up`, with its data folder.
 * @param ways as `messaging-1>postgres`; targets are the names of ports.json
 * @param tapOf what listens in on a way, if anything
 */
export async function detour<Way extends `${string}>${string}`>(
  data: string,
  ways: readonly Way[],
  tapOf?: (way: Way) => Tap,
): Promise<Detours<Way>> {
  const port = (target: string): number =>
    Ports.parse(JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8')))[target] ?? 0
  const made = await Promise.all(
    ways.map(async (way) => {
      const target = way.slice(way.indexOf('>') + 1)
      return [way, await startProxy(() => ({ host: '127.0.0.1', port: port(target) }), tapOf?.(way))] as const
    }),
  )
  mkdirSync(data, { recursive: true, mode: 0o711 })
  const ports = Object.fromEntries(made.map(([way, proxy]) => [way, proxy.address.port]))
  writeFileSync(join(data, 'detours.json'), JSON.stringify(ports), { mode: 0o600 })
  return {
    on: Object.fromEntries(made) as Record<Way, Proxy>,
    async [Symbol.asyncDispose]() {
      await Promise.all(made.map(([, proxy]) => proxy[Symbol.asyncDispose]()))
    },
  }
}
