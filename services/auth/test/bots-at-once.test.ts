import {
  type Account,
  type Answer,
  type Organisation,
  seeded,
  seedOf,
  size,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let network: TestNetwork
let org: Organisation
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, auth: 2 } })
  org = await network.organisation()
})
afterAll(() => network[Symbol.asyncDispose]())

const seed = seedOf(33)
const make = (who: Account, short_name: string): Promise<Answer> =>
  who.post('/bots', { full_name: 'Robbie', short_name })

test('F81 the same name at the same time makes one bot', async () => {
  const ann = await org.person('Ann')
  const answers = await Promise.all([make(ann, 'twin'), make(ann, 'twin'), make(org.owner, 'twin')])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400])
})

test(
  `BO-02 whatever is done at once, no bot is above its owner or in use without one (seed ${seed})`,
  async () => {
    const random = seeded(seed)
    for (let round = 0; round < size(6, 100); round++) {
      const [one, two] = [await org.person(`One ${round}`), await org.person(`Two ${round}`)]
      await org.owner.ok('PATCH', `/users/${one.id}`, { role: 300 })
      const bots = await Promise.all([0, 1, 2].map((n) => make(one, `r${round}-${n}`)))
      const [a, b, c] = bots.map(({ body }) => String(body['user_id']))
      const acts = [
        () => org.owner.patch(`/users/${one.id}`, { role: random.pick([400, 600]) }),
        () => org.owner.patch(`/bots/${a}`, { role: 300 }),
        () => org.owner.patch(`/bots/${b}`, { bot_owner_id: two.id }),
        () => one.patch(`/bots/${c}`, { role: 300 }),
        () => org.owner.delete(`/users/${random.pick([one, two]).id}`),
        () => make(one, `s${round}`),
        () => make(two, `t${round}`),
        () => org.owner.delete(`/bots/${a}`),
        () => org.owner.post(`/users/${a}/reactivate`),
      ]
      const order = acts.map((act) => [random.below(1000), act] as const).toSorted(([x], [y]) => x - y)
      const answers = await Promise.all(order.map(([, act]) => act()))
      expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([])
      const wrong = await network.database.superuser(
        `SELECT b.user_id FROM auth.users b JOIN auth.users o ON o.org_id = b.org_id AND o.user_id = b.bot_owner_id
       WHERE b.is_bot AND (b.is_active AND (b.role < o.role OR NOT o.is_active)
         OR (NOT b.is_active AND EXISTS (SELECT FROM auth.api_keys k WHERE k.org_id = b.org_id
           AND k.user_id = b.user_id AND k.ended_at IS NULL)))`,
      )
      expect(wrong).toEqual([])
    }
  },
  size(60_000, 600_000),
)
