import { orgId } from '@parley/core'
import { type QueueTaken, subscribeTaken, takenSubject, tellTaken } from '@parley/events'
import { expect, test } from 'vitest'
import { testBus } from './bus-fixture.ts'

const [org, elsewhere] = [orgId(900_003), orgId(900_004)]
const taken = (number: number): QueueTaken => ({ queue_id: 'q', gateway: 'a', number, stays: true })

test('what one gateway takes, those hear that follow its organisation, and only what can be read', async () => {
  await using one = await testBus('gateway')
  await using other = await testBus('gateway')
  await Promise.all([one.ready, other.ready])
  const got: QueueTaken[] = []
  const problems: string[] = []
  const done = Promise.withResolvers<void>()
  const stop = subscribeTaken(
    other,
    org,
    (told) => {
      got.push(told)
      if (told.number === 2) done.resolve()
    },
    (what) => problems.push(what),
  )
  await other.connection?.flush()
  tellTaken(one, org, taken(1))
  tellTaken(one, elsewhere, taken(7))
  one.publish(takenSubject(org), 'not JSON')
  one.publish(takenSubject(org), JSON.stringify({ org, ...taken(-1) }))
  one.publish(takenSubject(org), JSON.stringify({ org: elsewhere, ...taken(8) }))
  tellTaken(one, org, { ...taken(2), waited: 5000 })
  await done.promise
  expect(got).toEqual([taken(1), { ...taken(2), waited: 5000 }])
  expect(problems).toHaveLength(2)
  stop()
})
