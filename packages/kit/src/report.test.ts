import { unavailable } from '@parley/core'
import { expect, test } from 'vitest'
import { createLogger } from './log/logger.ts'
import { createMetrics } from './metrics.ts'
import { createReport } from './report.ts'

test('what failed behind an answer is counted, and logged unless it is load', async () => {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  const metrics = createMetrics('messaging')
  const logger = createLogger({ service: 'messaging', node: 'messaging-1', level: 'info', to })
  const report = createReport({ logger, metrics })
  report('follow-topic', new TypeError('canary-3f9a'))
  report('follow-topic', unavailable())
  const text = await metrics.registry.metrics()
  expect(text).toContain(
    'parley_failed_behind_answers_total{what="follow-topic",code="INTERNAL",service="messaging"} 1',
  )
  expect(text).toContain(
    'parley_failed_behind_answers_total{what="follow-topic",code="UNAVAILABLE",service="messaging"} 1',
  )
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: 'error',
      msg: 'failed behind an answer',
      reason: 'follow-topic',
      error_name: 'TypeError',
    }),
  ])
  expect(lines.join('')).not.toContain('canary')
})
