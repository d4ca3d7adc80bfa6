import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Caller } from '@parley/api'
import { spiffeId } from '@parley/crypto'
import { type Bus, createBus } from '@parley/events'
import { certDirOf, testServers } from '@parley/testkit'

/** A connection to a NATS server of the tests, as one service. */
export async function testBus(service: Caller, url?: string): Promise<Bus> {
  const servers = await testServers()
  const file = (name: string): string => readFileSync(join(certDirOf(servers, service), name), 'utf8')
  return createBus({
    url: url ?? servers.nats.url,
    service,
    tls: () => ({ ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') }),
    serverUri: spiffeId(servers.trustDomain, 'nats'),
  })
}

/** Resolves as soon as `look` gives something; looks at every call of the function it hands out, and every 20 ms. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = AbortSignal.timeout(20_000)
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (deadline.aborted) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
