import { declarations } from '@parley/events'
import { testDatabase } from '@parley/testkit'
import { expect, test } from 'vitest'

test('the database lets each event be emitted by the services that its declaration names, and no other', async () => {
  await using db = await testDatabase()
  const allowed = await db.superuser(`SELECT role || ' ' || type AS entry FROM events.emitters ORDER BY 1`)
  const declared = declarations.flatMap((d) => [d.emitter, ...d.alsoBy].map((by) => `svc_${by} ${d.type}`))
  expect(allowed.map((row) => String(row['entry'])).toSorted()).toEqual(declared.toSorted())
})
