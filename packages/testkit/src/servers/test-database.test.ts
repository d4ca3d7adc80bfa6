import { orgId } from '@parley/core'
import { onOneTrip } from '@parley/db'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from './test-database.ts'

test('statements that share a trip, and what tests ask at once, are sent as the driver means it', async () => {
  await using db = await testDatabase()
  const warned: string[] = []
  const hear = ({ message }: Error): void => void warned.push(message)
  process.on('warning', hear)
  const One = z.object({ n: z.int() })
  const looked = await Promise.all([5, 6, 7].map((n) => db.superuser('SELECT $1::integer AS n', [n])))
  expect(looked).toEqual([[{ n: 5 }], [{ n: 6 }], [{ n: 7 }]])
  const shared = await (
    await db.as('messaging')
  ).write(orgId(1), (tx) => onOneTrip(tx.query(One, 'SELECT 3 AS n'), tx.query(One, 'SELECT 4 AS n')))
  expect(shared).toEqual([[{ n: 3 }], [{ n: 4 }]])
  // Warnings are told of in a later tick.
  await new Promise(setImmediate)
  process.off('warning', hear)
  expect(warned).toEqual([])
})
