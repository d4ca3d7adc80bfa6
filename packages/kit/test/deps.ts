import { systemClock, systemIds } from '@parley/core'
import { createLogger, createMetrics, type ServiceDeps } from '../src/index.ts'

/** What a service is given, with the lines it logs. */
export function testDeps(name = 'test'): ServiceDeps & { readonly lines: string[] } {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  return {
    clock: systemClock,
    ids: systemIds,
    logger: createLogger({ service: name, node: `${name}-1`, level: 'debug', to }),
    metrics: createMetrics(name),
    lines,
  }
}
