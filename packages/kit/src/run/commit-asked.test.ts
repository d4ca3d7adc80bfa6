import { StaleRights } from '@parley/events'
import { expect, test } from 'vitest'
import { fakeDatabase } from '../../test/fake-database.ts'
import { commitAsked, commitInTurn } from './commit-asked.ts'

const principal = { org: 2, user: 30, generation: 4, credential: 'key:5' }
const afterCommit = { appendedIn: () => null, hint: () => {}, barrier: async () => {} }
const parts = () => ({ database: fakeDatabase(), afterCommit })
const waiting = () => ({ principal, signal: new AbortController().signal })

test('a write that has waited is for who asks as they are now', async () => {
  for (const write of [commitAsked, commitInTurn]) {
    const { database } = parts()
    const did = await write({ database, afterCommit }, waiting(), async (tx, who) => [tx.org, who])
    expect(did).toMatchObject([2, { actor: { userId: 30, generation: 4 }, rights: 7 }])
    expect(database.ended).toEqual(['commit'])
  }
})

test('it writes nothing for an account that is gone, out of use or of another generation', async () => {
  const there = { user_id: 30, role: 400, is_active: true, generation: 4, rights: 7 }
  for (const actor of [null, { ...there, is_active: false }, { ...there, generation: 5 }]) {
    const { database } = parts()
    database.actor = actor
    const did: string[] = []
    const written = commitAsked({ database, afterCommit }, waiting(), async () => did.push('wrote'))
    await expect(written).rejects.toMatchObject({ code: 'UNAUTHORIZED', data: { stale: true } })
    expect([did, database.ended]).toEqual([[], ['rollback']])
  }
})

test('it writes nothing where nobody waits for the answer any more', async () => {
  const { database } = parts()
  const gone = new AbortController()
  const hangUp = async () => gone.abort()
  const written = commitAsked({ database, afterCommit }, { principal, signal: gone.signal }, hangUp)
  await expect(written).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(database.ended).toEqual(['rollback'])
})

test('it decides again where rights moved, three times in all, and looks each time who asks', async () => {
  const { database } = parts()
  const moving = async () => {
    if (database.ended.length === 1) database.actor = null
    throw new StaleRights()
  }
  await expect(commitAsked({ database, afterCommit }, waiting(), moving)).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  })
  expect(database.ended).toEqual(['rollback', 'rollback', 'rollback'])
})
