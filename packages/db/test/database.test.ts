import { orgId } from '@parley/core'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const Row = z.looseObject({})
const five = orgId(5)

test('a transaction is in its organisation and commits', async () => {
  const auth = await db.as('auth')
  await auth.write(five, (tx) => tx.execute('SELECT events.begin_log(5)'))
  const rows = await auth.read(five, (tx) => tx.query(Row, 'SELECT org_id, seq, rights FROM events.head'))
  expect(rows).toEqual([{ org_id: 5, seq: 0, rights: 0 }])
})
