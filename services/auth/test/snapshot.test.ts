import { role } from '@parley/access'
import { orgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let member: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  member = await h.account(acme.org, 'member', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const request = (snapshot: string, user: number, types: string[] | null) => ({
  snapshot,
  org: acme.org,
  user,
  types,
  capabilities: {},
  includeSubscribers: false,
  slimPresence: true,
  url: 'https://acme.example.org',
})

/** Runs `fn` while a gateway's transaction exports its instant. */
async function exported<R>(fn: (snapshot: string) => Promise<R>): Promise<R> {
  const gateway = await h.db.as('gateway')
  return gateway.read(orgId(acme.org), async (tx) => {
    const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
    return fn(row?.id ?? '')
  })
}

test('the state is of the instant that the gateway exported, not of now', async () => {
  const seen = await exported(async (snapshot) => {
    const before = await h.call('auth.snapshot', request(snapshot, member.user, ['realm_user']))
    const late = await h.account(acme.org, 'late', role.member)
    const after = await h.call('auth.snapshot', request(snapshot, member.user, ['realm_user']))
    expect(after).toEqual(before)
    expect(await refusalOf(h.call('auth.snapshot', request(snapshot, late.user, null)))).toContain(
      '401 UNAUTHORIZED',
    )
    return before
  })
  expect(seen).toMatchObject({ user_id: member.user, email: member.email, is_admin: false })
  expect((seen as { realm_users: unknown[] }).realm_users).toHaveLength(2)
})

test('only the wanted types come, and none for an account that has ended', async () => {
  await exported(async (snapshot) => {
    const state = await h.call('auth.snapshot', request(snapshot, acme.user, ['realm_domains', 'message']))
    expect(state).toEqual({ realm_domains: [] })
  })
  await h.ask('deactivate-user', acme, {}, { user_id: String(member.user) })
  await exported(async (snapshot) => {
    const refused = h.call('auth.snapshot', request(snapshot, member.user, null))
    expect(await refusalOf(refused)).toBe('401 UNAUTHORIZED Account is deactivated')
  })
})
