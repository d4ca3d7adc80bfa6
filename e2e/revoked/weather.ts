import { expect } from 'vitest'
import { detour, type Detours } from '../faults/detours.ts'
import { paused } from '../faults/processes.ts'
import type { Product } from '../product.ts'

/** What the network between the processes is like while a right is taken. */
export const weathers = ['calm', 'slow', 'held back', 'without NATS'] as const
export type Weather = (typeof weathers)[number]

const ways = [
  'gateway-1>nats',
  'gateway-2>nats',
  'gateway-3>nats',
  'messaging-1>nats',
  'streams-1>nats',
  'auth-1>nats',
  'relay-1>nats',
  'gateway-1>redis',
  'gateway-2>redis',
  'gateway-3>redis',
] as const
type Way = (typeof ways)[number]

export const openWays = (data: string): Promise<Detours<Way>> => detour(data, ways)

/** Longer than a barrier waits for an answer over NATS. */
const heldMs = 1000

/** Runs `during` in this weather. `some(n)`: a number below n. */
export async function inWeather<R>(
  weather: Weather,
  product: Product,
  { on }: Detours<Way>,
  some: (below: number) => number,
  during: () => Promise<R>,
): Promise<R> {
  const all = Object.values(on)
  switch (weather) {
    case 'calm':
      return during()
    case 'slow': {
      for (const proxy of all) proxy.delay(some(40))
      const result = await during()
      expect(all.filter((proxy) => proxy.open === 0)).toEqual([])
      for (const proxy of all) proxy.delay(0)
      return result
    }
    case 'held back': {
      on['gateway-2>nats'].delay(heldMs, 'answers')
      const result = await during()
      expect(on['gateway-2>nats'].open).toBeGreaterThan(0)
      on['gateway-2>nats'].delay(0, 'answers')
      return result
    }
    case 'without NATS':
      return paused(product, 'nats', during)
  }
}
