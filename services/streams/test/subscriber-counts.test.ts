import { role } from '@parley/access'
import { size } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture } from './fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

const channels = ['one', 'two', 'three'] as const
const step = fc.record({
  what: fc.constantFrom('subscribe', 'unsubscribe', 'deactivate', 'reactivate'),
  who: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1 }),
  where: fc.uniqueArray(fc.constantFrom(...channels), { minLength: 1 }),
})

test('whatever is joined, left, ended and taken up again, what is kept is what a count finds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const org = await f.organisation()
      const owner = await f.person(org, role.owner)
      const people = await Promise.all([0, 1, 2, 3].map(() => f.person(org)))
      await f.ok(owner, 'subscribe', { subscriptions: channels.map((name) => ({ name })) })
      const active = async (ids: readonly number[], is: boolean) => {
        const tx = await f.database.as('auth')
        await tx.write(org, (at) =>
          at.execute('UPDATE auth.users SET is_active = $3 WHERE org_id = $1 AND user_id = ANY ($2)', [
            org,
            ids,
            is,
          ]),
        )
      }
      for (const { what, who, where } of steps) {
        const ids = who.flatMap((i) => people[i]?.id ?? [])
        if (what === 'subscribe')
          // Whoever is not in use is refused, and nobody is subscribed then.
          await f.call(owner, 'subscribe', {
            subscriptions: where.map((name) => ({ name })),
            principals: ids,
          })
        else if (what === 'unsubscribe')
          await f.call(owner, 'unsubscribe', { subscriptions: where, principals: ids })
        else await active(ids, what === 'reactivate')
      }
      const counted = `SELECT s.channel_id, count(*)::int AS subscribers
        FROM streams.subscriptions s JOIN auth.users u USING (org_id, user_id)
        WHERE s.org_id = $1 AND s.active AND u.is_active GROUP BY s.channel_id ORDER BY s.channel_id`
      const kept = `SELECT channel_id, subscribers FROM streams.subscriber_counts
        WHERE org_id = $1 AND subscribers <> 0 ORDER BY channel_id`
      expect(await f.database.superuser(kept, [org])).toEqual(await f.database.superuser(counted, [org]))
    }),
    { numRuns: size(15, 1000) },
  )
})
