import { role } from '@parley/access'
import { orgId } from '@parley/core'
import { takeTurn } from '@parley/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, type Harness, harness, type Made } from './harness.ts'

let h: Harness
let acme: Made
let other: Made

beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
})
afterAll(() => h[Symbol.asyncDispose]())

const group = (as: Made, name: string): Promise<unknown> =>
  h.ask('create-user-group', as, { name, description: '', members: '[]' })
const account = (as: Made, name: string): Promise<unknown> =>
  h.ask('create-user', as, { email: `${name}@acme.example`, password: goodPassword, full_name: name })

/** Keeps everybody else from the organisation's turn meanwhile. */
const holdingTurn = async <R>(org: number, work: () => Promise<R>): Promise<R> =>
  (await h.db.as('streams')).write(orgId(org), async (tx) => {
    await takeTurn(tx)
    return work()
  })

test('however many wait for the turn of their organisation, those of another find a connection', async () => {
  const waiting = await holdingTurn(acme.org, async () => {
    // Twice as many as there are connections.
    const all = Array.from({ length: 8 }, (_, i) => [
      group(acme, `group ${i}`),
      account(acme, `person-${'abcdefgh'[i]}`),
    ]).flat()
    await group(other, 'group')
    await h.ask('get-own-user', other)
    return all
  })
  const answers = await Promise.all(waiting)
  expect(answers).toHaveLength(16)
  const { user_groups: groups } = await h.ask('get-user-groups', acme)
  expect(JSON.stringify(groups)).toContain('group 7')
})

test('of what waits for a turn, one account has so many, and another is not refused for it', async () => {
  const admin = await h.account(acme.org, 'bob', role.admin)
  const refused: unknown[] = []
  const waiting = await holdingTurn(acme.org, async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      group(acme, `many ${i}`).catch((error: unknown) => refused.push(error)),
    )
    // Two are at work, and sixteen wait.
    await expect.poll(() => refused.length).toBe(12)
    return [group(admin, 'of another'), ...many]
  })
  const [another] = await Promise.all(waiting)
  expect(another).toHaveProperty('group_id')
  for (const error of refused) expect(error).toMatchObject({ code: 'UNAVAILABLE' })
})
