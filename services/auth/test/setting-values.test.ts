import { orgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { organisationsInUse } from '../src/repo/setting-values.ts'
import { sweepUnusedValues } from '../src/sweep-values.ts'
import { type Harness, harness, type Made } from './harness.ts'

let h: Harness
let acme: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
})
afterAll(() => h[Symbol.asyncDispose]())

const allow = (after: object) =>
  h.ask('update-realm', acme, { can_create_groups: JSON.stringify({ new: after }) })
const naming = (...people: number[]) => ({ direct_members: people, direct_subgroups: [] })
const values = async () =>
  (
    await h.db.superuser(
      `SELECT g.group_id, array_agg(m.user_id) AS people FROM auth.user_groups g
        JOIN auth.user_group_members m USING (org_id, group_id) WHERE g.name IS NULL GROUP BY 1`,
    )
  ).map(({ people }) => people)

test('what a setting names no longer is gone a day later, in every organisation in use', async () => {
  const org = orgId(acme.org)
  const ada = await h.account(acme.org, 'Ada', 400)
  for (const one of [acme, ada]) await allow(naming(one.user))
  expect(await values()).toEqual([[acme.user], [ada.user]])
  const ended = await h.organisation('ended')
  await h.db.superuser('UPDATE auth.organisations SET deactivated = true WHERE org_id = $1', [ended.org])
  expect(await organisationsInUse(h.auth)).toEqual([org])
  expect(await sweepUnusedValues(h.ctx, org)).toBe(0)
  h.clock.advance(86_400_000)
  expect(await sweepUnusedValues(h.ctx, org)).toBe(0)
  h.clock.advance(1)
  expect(await sweepUnusedValues(h.ctx, org)).toBe(1)
  expect(await values()).toEqual([[ada.user]])
  const log = (await h.log(acme.org)).length
  expect(await sweepUnusedValues(h.ctx, org)).toBe(0)
  expect((await h.log(acme.org)).length).toBe(log)
})
