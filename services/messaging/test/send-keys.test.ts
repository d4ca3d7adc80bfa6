import { expect, test } from 'vitest'
import { z } from 'zod'
import type { EncodedSend } from '../src/repo/send-batch.ts'
import { world } from './world.ts'

const Fetched = z.object({ fetched: z.coerce.number() })

test('a send looks at its own key, however many its organisation has', async () => {
  await using here = await world()
  const user = await here.user()
  const channel = await here.channel()
  await here.subscribe(channel, user)
  let last: readonly EncodedSend[] = []
  await using one = await here.instance({
    write: (write) => (org, encoded) => {
      last = encoded
      return write(org, encoded)
    },
  })
  for (let i = 0; i < 30; i++)
    await one.ask(user, 'send-message', { type: 'channel', to: [channel.id], topic: 't', content: `${i}` })
  const [given] = last
  if (!given) throw new Error('nothing was written')
  // The same again, which writes nothing, in a transaction that counts what it fetches. The fourth column is no array.
  const columns = given.map((value, at) => (at === 3 ? JSON.stringify([value]) : [value]))
  await here.test.superuser('BEGIN')
  const places = columns.map((_, at) => `$${at + 2}`).join(', ')
  const answered = await here.test.superuser(`SELECT status FROM messaging.send_batch($1, ${places})`, [
    here.org,
    ...columns,
  ])
  const [counted] = await here.test.superuser(
    `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS fetched
       FROM pg_stat_xact_user_tables WHERE schemaname = 'messaging' AND relname = 'send_keys'`,
  )
  await here.test.superuser('ROLLBACK')
  expect(answered).toEqual([{ status: 'repeat' }])
  expect(Fetched.parse(counted).fetched).toBe(1)
})
