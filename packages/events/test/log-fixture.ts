import { type OrgId, orgId } from '@parley/core'
import type { Database } from '@parley/db'
import { event, type EventDeclaration, make, type NewEvent } from '@parley/events'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { z } from 'zod'

const Body = z.object({ n: z.int() })
const declare = (type: string, more: Partial<EventDeclaration<z.infer<typeof Body>>> = {}) =>
  event({ type, emitter: 'auth', audience: 'organisation', body: Body, ...more })

export const happened = declare('test.happened')
export const changed = declare('test.changed', { changesRights: true })
export const revoked = declare('test.revoked', { changesRights: true, revokes: true })

export const happening = (n: number): NewEvent => make(happened, { n })

/** A fresh database in which svc_auth may emit the events above. */
export async function logDatabase(): Promise<TestDatabase> {
  const db = await testDatabase()
  for (const { type } of [happened, changed, revoked]) {
    await db.superuser(`INSERT INTO events.emitters VALUES ('svc_auth', $1)`, [type])
  }
  return db
}

/** An organisation with an empty log. */
export async function newLog(auth: Database, id: number): Promise<OrgId> {
  const org = orgId(id)
  await auth.write(org, (tx) => tx.execute('SELECT events.begin_log($1)', [id]))
  return org
}
