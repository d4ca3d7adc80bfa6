import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the range from which Linux takes the ports of outgoing connections, as those that `up` draws.
const lowest = 15_000
const each = 2_000
/** Files that run at once draw from ports of their own: what one has chosen no other takes before it is listened on. */
const from = lowest + each * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 8)
const drawn = new Set<number>()

const isFree = (port: number): Promise<boolean> =>
  new Promise((found) => {
    const server = createServer()
    server.once('error', () => found(false))
    server.listen(port, '127.0.0.1', () => server.close(() => found(true)))
  })

/** A port nobody listens on now, another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = from + randomInt(each)
    if (drawn.has(port)) continue
    drawn.add(port)
    if (await isFree(port)) return port
  }
}

/** The ports of a product's processes, as the file that `up` keeps them in says it. */
export async function portsFile(gateways: number): Promise<string> {
  const services = ['auth', 'streams', 'messaging', 'uploads', 'audit', 'relay'].map(
    (service) => `${service}-1`,
  )
  const edges = Array.from({ length: gateways }, (_, i) => `gateway-${i + 1}`)
  const ports: Record<string, number> = {}
  for (const name of ['postgres', 'nats', 'redis', ...services, ...edges]) ports[name] = await freePort()
  return JSON.stringify(ports)
}
