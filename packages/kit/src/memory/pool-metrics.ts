import { Counter, Gauge, type Registry } from 'prom-client'
import type { Pool } from './pool.ts'

/** Tells of the memory that a process keeps for large answers, looked at when somebody asks. */
export function tellPool(registry: Registry, pool: Pool): void {
  const idle = new Gauge({
    name: 'parley_pool_idle_bytes',
    help: 'Memory kept for large answers that nobody uses now',
    registers: [],
    collect() {
      this.set(pool.idleBytes)
    },
  })
  const taken = new Counter({
    name: 'parley_pool_taken_total',
    help: 'How often memory for a large answer was taken: reused, or made where there was none',
    labelNames: ['memory'],
    registers: [],
    collect() {
      this.reset()
      for (const [memory, count] of Object.entries(pool.taken)) this.inc({ memory }, count)
    },
  })
  registry.registerMetric(idle)
  registry.registerMetric(taken)
}
