import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { z } from 'zod'
import type { Product } from '../product.ts'

const Ports = z.record(z.string(), z.int())

/** What an instance counts now (`gateway-1`, `parley_gateway_shed_total`), read from its internal listener as the operator. */
export async function metricOf(
  product: Pick<Product, 'data'>,
  instance: string,
  name: string,
): Promise<number> {
  const certs = join(product.data, 'certs', 'cli')
  const read = (file: string): string => readFileSync(join(certs, file), 'utf8')
  const ports = Ports.parse(JSON.parse(readFileSync(join(product.data, 'ports.json'), 'utf8')))
  const connect = { cert: read('client.crt'), key: read('client.key'), ca: read('ca.crt') }
  const agent = new Agent({ connect })
  try {
    const answer = await request(`https://localhost:${ports[instance]}/metrics`, { dispatcher: agent })
    const text = await answer.body.text()
    const line = text.split('\n').find((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `))
    if (line === undefined) throw new Error(`${instance} has no ${name}`)
    return Number(line.slice(line.lastIndexOf(' ') + 1))
  } finally {
    await agent.destroy()
  }
}

/** Memory of every process of the product, MB, by name. */
export const memoryOf = (product: Pick<Product, 'state'>): Map<string, number> =>
  new Map(
    product.state().processes.flatMap(({ name, pid }) => {
      try {
        const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        return [[name, Number(kib) / 1024] as const]
      } catch {
        // It has just ended.
        return []
      }
    }),
  )

/** Watches memory while something goes on. */
export function watchMemory(
  product: Pick<Product, 'state'>,
): { readonly peaks: () => Map<string, number> } & Disposable {
  const peaks = memoryOf(product)
  const timer = setInterval(() => {
    for (const [name, mb] of memoryOf(product)) peaks.set(name, Math.max(mb, peaks.get(name) ?? 0))
  }, 250)
  return { peaks: () => peaks, [Symbol.dispose]: () => clearInterval(timer) }
}
