import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the range from which Linux takes the ports of outgoing connections: a port that is kept for
// years must not be in somebody's passing use when its process starts again.
const lowest = 15_000
const highest = 31_999

/** Whether nobody listens on an address and port now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Ports of 127.0.0.1 that nobody listens on now, all different, and none of `taken`. */
export async function freePorts(count: number, taken: Iterable<number> = []): Promise<number[]> {
  const seen = new Set(taken)
  const found: number[] = []
  while (found.length < count) {
    const port = randomInt(lowest, highest + 1)
    if (seen.has(port)) continue
    seen.add(port)
    if (await isFree(port)) found.push(port)
  }
  return found
}
