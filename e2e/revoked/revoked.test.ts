import { afterAll, beforeAll, expect, test } from 'vitest'
import * as channel from './channel.ts'
import * as credentials from './credentials.ts'
import * as groups from './groups.ts'
import * as moved from './moved.ts'
import * as organisation from './organisation.ts'
import * as pausedGateway from './paused-gateway.ts'
import * as roles from './roles.ts'
import * as slowReader from './slow-reader.ts'
import { type Ground, ground, type ThreeGateways, threeGateways } from './three-gateways.ts'
import { size } from '../size.ts'
import * as unsubscribe from './unsubscribe.ts'
import * as webPublic from './web-public.ts'

const timeout = size(900_000, 3_600_000)

// None leaves anything behind but an organisation, so that all share the product.
let here: Ground
beforeAll(async () => {
  here = await ground()
}, 240_000)
afterAll(() => here?.[Symbol.asyncDispose](), 240_000)

/** Rejects where the law does not hold. */
async function tried({ holds }: { holds: (at: ThreeGateways) => Promise<void> }): Promise<void> {
  await using own = await threeGateways(here)
  await holds(own)
}

test(
  `who was taken out of a channel gets and finds nothing sent since, at any gateway (seed ${unsubscribe.seed})`,
  () => expect(tried(unsubscribe)).resolves.toBeUndefined(),
  timeout,
)
test(
  `AC-11 a channel made private is gone for who reads every public one, and an archived one takes no word, at any gateway (seed ${channel.seed})`,
  () => expect(tried(channel)).resolves.toBeUndefined(),
  timeout,
)
test(
  `AC-06 a message moved where one may not read is gone, also from queues that hold it, at any gateway (seed ${moved.seed})`,
  () => expect(tried(moved)).resolves.toBeUndefined(),
  timeout,
)
test(
  `who becomes a guest gets nothing more of public channels, at any gateway (seed ${roles.seed})`,
  () => expect(tried(roles)).resolves.toBeUndefined(),
  timeout,
)
test(
  `AC-05 RO-02 who holds a right by a group has it nowhere any more, however it was taken (seed ${groups.seed})`,
  () => expect(tried(groups)).resolves.toBeUndefined(),
  timeout,
)
test(
  `a key, session or account that was ended opens nothing, and what it had open ends (seed ${credentials.seed})`,
  () => expect(tried(credentials)).resolves.toBeUndefined(),
  timeout,
)
test(
  `an organisation that goes out of use opens nothing to anybody, and what it had open ends (seed ${organisation.seed})`,
  () => expect(tried(organisation)).resolves.toBeUndefined(),
  timeout,
)
test(
  `AC-05 a channel that guests and strangers see no more is gone for them, at any gateway (seed ${webPublic.seed})`,
  () => expect(tried(webPublic)).resolves.toBeUndefined(),
  timeout,
)
test(
  'F06 a gateway that stood still while a right was taken away writes nothing old when it goes on',
  () => expect(tried(pausedGateway)).resolves.toBeUndefined(),
  timeout,
)
test(
  'F72 what waits in a gateway for a slow reader when a right is taken never leaves it',
  () => expect(tried(slowReader)).resolves.toBeUndefined(),
  timeout,
)
