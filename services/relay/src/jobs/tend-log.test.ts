import { fixedClock } from '@parley/core'
import type { Database } from '@parley/db'
import type { Logger } from '@parley/kit'
import { expect, test } from 'vitest'
import { tendLog } from './tend-log.ts'

/** What is told of one round over these partitions. */
async function toldOf(old: readonly string[], needed: readonly string[], made: readonly string[]) {
  const told: unknown[] = []
  const tell = (text: string, about?: { count?: number }) => told.push([text, about?.count])
  const database = {
    once(_: unknown, sql: string, params: readonly unknown[]) {
      if (sql.includes('make_partitions')) return Promise.resolve(made.map((name) => ({ name })))
      if (sql.includes('old_partitions'))
        return Promise.resolve(old.map((name) => ({ name, org_id: null, seq: null })))
      if (sql.includes('drop_partition'))
        return Promise.resolve([{ dropped: !needed.includes(String(params[0])) }])
      return Promise.reject(new Error('unexpected'))
    },
  } as unknown as Database
  const logger = { info: tell, warn: tell } as unknown as Logger
  await using _ = tendLog({ database, clock: fixedClock(0), logger, keepHours: 24 })
  return () => told
}

test('the log says which partitions came and went, and loudly which cannot go', async () => {
  const quiet = await toldOf([], [], [])
  expect(quiet()).toEqual([])
  const busy = await toldOf(['a', 'b', 'c'], ['c'], ['d'])
  expect(busy()).toEqual([
    ['made', 1],
    ['dropped', 2],
    ['old partitions are still needed', 1],
  ])
})

test('without Postgres it is tried again the next time', async () => {
  const told: string[] = []
  const database = { once: () => Promise.reject(new Error('down')) } as unknown as Database
  const logger = { warn: (text: string) => told.push(text) } as unknown as Logger
  await tendLog({ database, clock: fixedClock(0), logger, keepHours: 24 })[Symbol.asyncDispose]()
  expect(told).toEqual(['log could not be tended'])
})
