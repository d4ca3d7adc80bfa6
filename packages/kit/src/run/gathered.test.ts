import { badRequest, orgId, seq } from '@parley/core'
import { StaleRights } from '@parley/events'
import { expect, test } from 'vitest'
import { turnIt } from '../../test/declared.ts'
import { fakeDatabase, type FakeTx } from '../../test/fake-database.ts'
import { alsoTogether, route } from '../route.ts'
import type { Together } from '../together.ts'
import type { Appended } from './after-commit.ts'
import { Gathered } from './gathered.ts'
import { mount } from './mounted.ts'
import { runOperation } from './run-operation.ts'
import type { Joining, Running } from './running.ts'
import { TurnsOf } from './turns-of.ts'

const principal = { org: 2, user: 30, generation: 4, credential: 'key:5' }
const request = { org: 2, url: 'https://x', client: 'test', ip: '127.0.0.1' }

/** A service whose one operation is done together with others. `change` is what all of them do. */
function service(change: (tx: FakeTx, changes: readonly string[]) => Promise<void>) {
  const database = fakeDatabase()
  const steps: string[] = []
  const decides: (() => string | null)[] = []
  const appended: { now: Appended | null } = { now: null }
  const together: Together<string, FakeTx, number, number, string> = {
    facts: async (_tx, asked) => asked.map(({ wish }) => wish),
    async change({ tx }, changes) {
      await change(tx, changes)
      return { answers: changes.map((_, value) => ({ value })), end: async () => steps.push(changes.join()) }
    },
  }
  const alone = route<typeof turnIt, string, FakeTx>(turnIt, async () => ({ value: 99 }))
  const both = alsoTogether<typeof turnIt, string, FakeTx, number, number, string>(alone, together, {
    wish: () => (decides.length > 0 ? decides.length : null),
    decide: () => (decides.shift() ?? (() => 'more'))(),
  })
  const gathered = new Gathered<string, FakeTx>()
  const running: Running<string, FakeTx> = {
    ...mount('streams', [both], []),
    ctx: 'ctx',
    database,
    afterCommit: {
      appendedIn: () => appended.now,
      hint: (_org, at) => void steps.push(`hint ${at}`),
      barrier: async (_org, at) => void steps.push(`barrier ${at}`),
    },
    gathered: { take: (on: Running<string, FakeTx>, one: Joining<string, FakeTx>) => gathered.take(on, one) },
  }
  const ask = async (signal = new AbortController().signal): Promise<unknown> => {
    const asked = {
      op: turnIt.id,
      caller: 'gateway',
      principal,
      raw: { path: {}, fields: {} },
      request,
      signal,
    } as const
    return (await runOperation(running, asked)).data
  }
  return { ask, appended, database, decides, running, steps }
}

test('what is asked for at once is decided one by one and changed in one transaction, behind one turn', async () => {
  const { ask, appended, database, decides, steps } = service(async () => {})
  appended.now = { seq: seq(9), revokes: false }
  const refuse = (): never => {
    throw badRequest('no')
  }
  decides.push(
    () => 'a',
    refuse,
    () => null,
    () => 'b',
  )
  const all = await Promise.allSettled([ask(), ask(), ask(), ask()])
  expect(all).toEqual([
    { status: 'fulfilled', value: { value: 0 } },
    { status: 'rejected', reason: expect.objectContaining({ message: 'no' }) as unknown },
    // By itself.
    { status: 'fulfilled', value: { value: 99 } },
    { status: 'fulfilled', value: { value: 1 } },
  ])
  expect(steps.slice(0, 2)).toEqual(['a,b', 'hint 9'])
  expect(database.begun).toEqual(['write', 'write'])
  expect(database.statements.slice(0, 2)).toEqual([
    [1, 'executed'],
    [1, 'asked'],
  ])
})

test('rights that moved have all decided again, and who never saw them stand still may ask again', async () => {
  let stale = 1
  const { ask, database, decides } = service(async () => {
    if (stale-- > 0) throw new StaleRights()
  })
  decides.push(
    () => 'a',
    () => 'b',
  )
  expect(await Promise.all([ask(), ask()])).toEqual([{ value: 0 }, { value: 1 }])
  expect(database.ended).toEqual(['rollback', 'commit'])
  stale = 3
  decides.push(() => 'c')
  await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
})

test('they wait for the turn as nobody, so that one of them who waits for much else has none refused', async () => {
  const { ask, decides, running } = service(async () => {})
  const turns = new TurnsOf()
  decides.push(
    () => 'a',
    () => 'b',
  )
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const signal = new AbortController().signal
  const waiting = { account: principal.user, revokes: false, bytes: 0, signal }
  // Two are at work, and as many wait as may.
  const much = Array.from({ length: 18 }, () => turns.take(orgId(principal.org), waiting, () => held))
  await expect(turns.take(orgId(principal.org), waiting, () => held)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
  Object.assign(running, { turns })
  const asked = Promise.all([ask(), ask()])
  // Both have come to the turn.
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
  release()
  expect(await asked).toEqual([{ value: 0 }, { value: 1 }])
  await Promise.all(much)
})

test('what breaks for one is done by each for itself', async () => {
  const { ask, decides, database } = service(async () => {
    throw new Error('broken')
  })
  decides.push(
    () => 'a',
    () => 'b',
  )
  expect(await Promise.all([ask(), ask()])).toEqual([{ value: 99 }, { value: 99 }])
  expect(database.ended).toEqual(['rollback', 'commit', 'commit'])
})

test('who is not what the credential was checked for, or has hung up, is left out', async () => {
  const { ask, decides, database, steps } = service(async () => {})
  const gone = new AbortController()
  decides.push(() => 'a')
  const hung = ask(gone.signal)
  gone.abort()
  await expect(hung).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  database.actor = { user_id: 30, role: 400, is_active: true, generation: 5, rights: 7 }
  await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHORIZED', data: { stale: true } })
  expect(steps).toEqual([])
})
