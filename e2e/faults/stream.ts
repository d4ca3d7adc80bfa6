import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { orgId } from '@parley/core'
import { spiffeId } from '@parley/crypto'
import { createBus, createEventStream } from '@parley/events'
import { z } from 'zod'
import type { Product } from '../product.ts'

const Status = z.object({ trustDomain: z.string() })
const Ports = z.looseObject({ nats: z.int() })

/** The last event of an organisation that JetStream holds now, asked with the relay's certificate; 0 for none. */
export async function lastInStream(product: Pick<Product, 'data' | 'parley'>, org: number): Promise<number> {
  const { trustDomain } = Status.parse(JSON.parse(await product.parley(['status', '--json'])))
  const { nats } = Ports.parse(JSON.parse(readFileSync(join(product.data, 'ports.json'), 'utf8')))
  const file = (name: string): string => readFileSync(join(product.data, 'certs', 'relay', name), 'utf8')
  await using bus = createBus({
    url: `tls://127.0.0.1:${nats}`,
    service: 'relay',
    tls: () => ({ ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') }),
    serverUri: spiffeId(trustDomain, 'nats'),
  })
  await bus.ready
  return (await createEventStream(bus).lastOf(orgId(org)))?.seq ?? 0
}
