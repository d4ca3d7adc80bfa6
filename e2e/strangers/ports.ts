import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Product } from '../product.ts'
import { pairOf, read, strangersOf } from './certificates.ts'
import { knock, type Knock, knockInClear, type Protocol } from './knock.ts'
import { descendants, listenersOf, unixListenersOf } from './sockets.ts'

export interface Port {
  readonly name: string
  readonly address: string
  readonly port: number
  /** `public`: where clients come, who have no certificate. */
  readonly protocol: Protocol | 'public'
}

const Ports = z.record(z.string(), z.int())
const protocols: Readonly<Record<string, Protocol>> = { postgres: 'postgres', nats: 'nats', redis: 'redis' }

/** Every TCP socket that a process of the product listens on, as the kernel has it. */
export function portsOf(product: Product): Port[] {
  const { processes, url } = product.state()
  const names = Object.entries(
    Ports.parse(JSON.parse(readFileSync(join(product.data, 'ports.json'), 'utf8'))),
  )
  const publicPort = Number(new URL(url).port)
  return listenersOf(descendants(processes.map(({ pid }) => pid))).map(({ address, port }) => {
    if (port === publicPort) return { name: `public ${address}`, address, port, protocol: 'public' }
    const name = names.find(([, of]) => of === port)?.[0] ?? `port ${port}, which nobody named`
    return { name, address, port, protocol: protocols[name] ?? 'https' }
  })
}

/** A connection that must be let in: with it the refusals are known to be about what is shown. */
export const friend = (product: Product, { protocol, port }: Port): Knock => ({
  port,
  protocol: protocol === 'public' ? 'https' : protocol,
  ca: read(product.data, 'certs/cli/ca.crt'),
  pair: pairOf(product.data, protocol === 'postgres' || protocol === 'nats' ? 'messaging' : 'cli'),
  ...(protocol === 'redis'
    ? { redis: ['ops', read(product.data, 'redis/passwords/ops').trim()] as const }
    : {}),
})

const Status = z.object({ trustDomain: z.string() })

export function testPorts(at: () => Product): void {
  const internal = (): Port[] => portsOf(at()).filter(({ protocol }) => protocol !== 'public')
  const heardBy = async (
    knocks: readonly (readonly [string, () => Promise<string>])[],
  ): Promise<string[]> => {
    const heard = await Promise.all(knocks.map(async ([title, ask]) => `${title}: ${await ask()}`))
    return heard.filter((line) => !/: refused: /.test(line))
  }

  describe('every listening socket', () => {
    test('is one that is meant to be, on a loopback address', () => {
      const { processes } = at().state()
      const wanted = processes.flatMap(({ name, port }) =>
        name.startsWith('gateway-') || port === null || port === undefined ? [] : [name],
      )
      const gateways = processes.filter(({ name }) => name.startsWith('gateway-'))
      const found = portsOf(at())
      expect(found.filter(({ address }) => !address.startsWith('tcp 127.'))).toEqual([])
      const named = found.filter(({ protocol }) => protocol !== 'public').map(({ name }) => name)
      expect(named.sort()).toEqual([...wanted, ...gateways.map(({ name }) => name)].sort())
      // Each gateway listens on the shared address and on its own.
      expect(found.filter(({ protocol }) => protocol === 'public')).toHaveLength(2 * gateways.length)
    })

    test('of the Unix kind lies in a folder that is closed to others', () => {
      const paths = unixListenersOf(
        descendants(
          at()
            .state()
            .processes.map(({ pid }) => pid),
        ),
      )
      expect(paths.length).toBeGreaterThan(1)
      const folder = (path: string): string =>
        dirname(path.replace(/^\/proc\/self\/fd\/\d+/, join(at().data, 'run')))
      // A name without a file: by it a supervisor holds its folder, and says nothing on it.
      const files = paths.filter((path) => !path.startsWith('@parley:'))
      expect(files.filter((path) => (statSync(folder(path)).mode & 0o077) !== 0)).toEqual([])
    })

    test('lets its friends in, by TLS 1.3', async () => {
      for (const port of internal())
        expect([port.name, await knock(friend(at(), port))]).toEqual([
          port.name,
          expect.stringMatching(/^in/),
        ])
    })

    test('M-01 answers nothing in clear, the public ones too', async () => {
      const knocks = portsOf(at()).map(
        (port) =>
          [port.name, () => knockInClear({ ...friend(at(), port), host: port.address.slice(4) })] as const,
      )
      expect(await heardBy(knocks)).toEqual([])
    })

    test('M-01, M-10 lets nobody in who shows nothing, or the wrong certificate', async () => {
      const { trustDomain } = Status.parse(JSON.parse(await at().parley(['status', '--json'])))
      const shown = await strangersOf(at().data, trustDomain)
      expect(shown.length).toBeGreaterThan(10)
      const knocks = internal().flatMap((port) =>
        shown.flatMap(({ title, pair, misnamed, natsKnows }) => {
          if (port.protocol === 'nats' && natsKnows) return []
          const { redis, ...rest } = friend(at(), port)
          // Redis knows certificates but no names: whoever has one of ours still lacks the password.
          const words = redis && !misnamed ? { redis } : {}
          return [[`${port.name}, ${title}`, () => knock({ ...rest, ...words, pair })] as const]
        }),
      )
      expect(await heardBy(knocks)).toEqual([])
    })

    test('M-05 speaks no TLS before 1.3', async () => {
      const knocks = internal().map(
        (port) =>
          [port.name, () => knock({ ...friend(at(), port), tls: { maxVersion: 'TLSv1.2' } })] as const,
      )
      expect(await heardBy(knocks)).toEqual([])
    })
  })
}
