import { defaultChannelGroups, type Actor, type ChannelFacts, role } from '@parley/access'
import type { Operation } from '@parley/api'
import { badRequest, Beforehand, channelId, orgId, recipientId, type Rights, rights, seq } from '@parley/core'
import { StaleRights } from '@parley/events'
import { describe, expect, test } from 'vitest'
import {
  askIt,
  channelIt,
  lookIt,
  ownIt,
  publicIt,
  publicOwn,
  readIt,
  turnIt,
  writeIt,
} from '../../test/declared.ts'
import { fakeDatabase, type FakeTx } from '../../test/fake-database.ts'
import { alsoForSpectators, answer, route, type Route } from '../route.ts'
import type { Appended } from './after-commit.ts'
import { mount } from './mounted.ts'
import { runCall } from './run-call.ts'
import { runOperation } from './run-operation.ts'
import type { ActorSource, Asked } from './running.ts'

const principal = { org: 2, user: 30, generation: 4, credential: 'key:5' }
const request = { org: 2, url: 'https://x', client: 'test', ip: '127.0.0.1' }

interface Seen {
  readonly actor: Actor | null
  readonly rights: Rights
  readonly tx: FakeTx
  readonly granted: unknown
}

/** A service with one route whose handler tells what it was given. */
function service(...routes: readonly Route<string, FakeTx>[]) {
  const database = fakeDatabase()
  const steps: string[] = []
  const appended: { now: Appended | null } = { now: null }
  const running = {
    ...mount('streams', routes, []),
    ctx: 'ctx',
    database,
    afterCommit: {
      appendedIn: () => appended.now,
      hint: (org: number, at: number) => void steps.push(`hint ${org} ${at} after ${database.ended.join()}`),
      barrier: async (org: number, at: number) => void steps.push(`barrier ${org} ${at}`),
    },
  }
  const ask = (operation: Operation, more: Partial<Asked> = {}, actors?: ActorSource) =>
    runOperation(actors ? { ...running, actors } : running, {
      op: operation.id,
      caller: 'gateway',
      principal,
      raw: { path: {}, fields: {} },
      request,
      signal: new AbortController().signal,
      ...more,
    })
  return { database, steps, appended, ask }
}

const valued = (seen: Seen[] = []) =>
  async function handler(h: Seen): Promise<{ value: number }> {
    seen.push(h)
    return { value: seen.length }
  }

describe('an operation', () => {
  test('is handled with the actor, the rights and the proof of its own transaction', async () => {
    const seen: Seen[] = []
    const { ask, database } = service(route(readIt, valued(seen)))
    expect(await ask(readIt, { raw: { path: {}, fields: { n: '3', odd: 'x' } } })).toEqual({
      data: { value: 1 },
      ignored: ['odd'],
    })
    expect(seen[0]).toMatchObject({
      actor: { orgId: 2, userId: 30, role: role.member, isActive: true, generation: 4 },
      rights: 7,
      input: { n: 3 },
      ctx: 'ctx',
      granted: { action: 'self:use', rights: 7 },
      tx: { kind: 'read', org: 2 },
    })
    expect(database.ended).toEqual(['commit'])
  })

  test('that writes hints after its commit, and waits for the barrier where a right was taken', async () => {
    const { ask, steps, appended, database } = service(route(writeIt, valued()))
    await ask(writeIt)
    expect(steps).toEqual([])
    appended.now = { seq: seq(9), revokes: false }
    await ask(writeIt)
    appended.now = { seq: seq(12), revokes: true }
    await ask(writeIt)
    expect(steps).toEqual([
      'hint 2 9 after commit,commit',
      'hint 2 12 after commit,commit,commit',
      'barrier 2 12',
    ])
    expect(database.begun).toEqual(['write', 'write', 'write'])
  })

  test('decides again where rights moved, three times at most', async () => {
    let stale = 2
    const { ask, database } = service(
      route(writeIt, async () => {
        if (stale-- > 0) throw new StaleRights()
        return { value: 1 }
      }),
    )
    expect((await ask(writeIt)).data).toEqual({ value: 1 })
    expect(database.ended).toEqual(['rollback', 'rollback', 'commit'])
    stale = 3
    await expect(ask(writeIt)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(database.begun).toHaveLength(6)
  })

  test('does what has to come first when its transaction is over, and decides again; that is no attempt of its own', async () => {
    for (const operation of [writeIt, turnIt]) {
      let first = 3
      let before: string[] = []
      const { ask, database } = service(
        route(operation, async () => {
          if (first-- > 0)
            throw new Beforehand(
              async () => void before.push(`${database.begun.length} ${database.ended.length}`),
            )
          return { value: 1 }
        }),
      )
      expect((await ask(operation)).data).toEqual({ value: 1 })
      expect(before).toEqual(['1 1', '2 2', '3 3'])
      expect(database.ended).toEqual(['rollback', 'rollback', 'rollback', 'commit'])
      // Who was overtaken waits for a turn first; nobody was.
      const executed = database.statements.filter(([, what]) => what === 'executed')
      expect(executed).toHaveLength(operation === turnIt ? 4 : 0)
      first = 4
      before = []
      await expect(ask(operation)).rejects.toMatchObject({ code: 'UNAVAILABLE', data: { 'retry-after': 1 } })
      expect(before).toHaveLength(3)
    }
  })

  test('fails as what has to come first does', async () => {
    const { ask, database } = service(
      route(writeIt, async () => {
        throw new Beforehand(async () => Promise.reject(badRequest('not now')))
      }),
    )
    await expect(ask(writeIt)).rejects.toMatchObject({ message: 'not now' })
    expect(database.ended).toEqual(['rollback'])
  })

  test('that is done in turn waits before it asks who acts, once in each transaction', async () => {
    let stale = 1
    const { ask, database, steps, appended } = service(
      route(turnIt, async () => {
        if (stale-- > 0) throw new StaleRights()
        return { value: 1 }
      }),
    )
    appended.now = { seq: seq(9), revokes: true }
    expect((await ask(turnIt)).data).toEqual({ value: 1 })
    expect(database.statements).toEqual([
      [1, 'executed'],
      [1, 'asked'],
      [2, 'executed'],
      [2, 'asked'],
    ])
    expect(steps).toEqual(['hint 2 9 after rollback,commit', 'barrier 2 9'])
  })

  test('that arranges its own transactions gets none, and its actor from where the service says', async () => {
    const seen: Seen[] = []
    const { ask, database } = service(route(ownIt, valued(seen)))
    await ask(ownIt)
    expect(database.begun).toEqual(['read'])
    expect(() => seen[0]?.tx.org).toThrow('own-it arranges its own transactions')
    expect(() => 'org' in (seen[0]?.tx ?? {})).toThrow(TypeError)
    const actor = seen[0]?.actor ?? null
    await ask(ownIt, {}, async () => ({ actor, rights: rights(8) }))
    expect(database.begun).toEqual(['read'])
    expect(seen[1]?.rights).toBe(8)
  })

  test('of everybody needs nobody, and knows who asks where somebody does', async () => {
    const seen: Seen[] = []
    const { ask, database } = service(route(publicIt, valued(seen)), route(publicOwn, valued(seen)))
    await ask(publicIt, { principal: null })
    await ask(publicIt)
    await ask(publicOwn, { principal: null })
    database.actor = null
    await ask(publicIt, { principal: null })
    expect(seen.map((s) => [s.actor?.userId ?? null, s.rights, s.granted])).toEqual([
      [null, 7, null],
      [30, 7, null],
      [null, 0, null],
      [null, 0, null],
    ])
  })

  test('whose caller gave up is rolled back', async () => {
    const ending = new AbortController()
    const { ask, database } = service(
      route(writeIt, async () => {
        ending.abort()
        return { value: 1 }
      }),
    )
    await expect(ask(writeIt, { signal: ending.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(database.ended).toEqual(['rollback'])
  })

  test('whose answer does not fit its schema is rolled back', async () => {
    const { ask, database } = service(route(writeIt, async () => ({ value: 1.5 })))
    await expect(ask(writeIt)).rejects.toThrow('expected int')
    expect(database.ended).toEqual(['rollback'])
  })
})

describe('before the handler', () => {
  const never = async () => {
    throw new Error('reached the handler')
  }

  test('unknown operations, callers that are not listed, nobody, and people of elsewhere are refused', async () => {
    const { ask, database } = service(route(readIt, never))
    await expect(ask(writeIt)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(ask(readIt, { caller: 'relay' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(ask(readIt, { principal: null })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(ask(readIt, { principal: { ...principal, org: 3 } })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    })
    await expect(ask(readIt, { raw: { path: {}, fields: { n: 'x' } } })).rejects.toMatchObject({
      code: 'REQUEST_VARIABLE_INVALID',
    })
    expect(database.begun).toEqual([])
  })

  test('an account that is gone, deactivated or of another generation makes the credential stale', async () => {
    const { ask, database } = service(route(readIt, never), route(ownIt, never))
    const gone = { user_id: null, role: null, is_active: null, generation: null, rights: 7 }
    const there = { user_id: 30, role: 400, is_active: true, generation: 4, rights: 7 }
    for (const actor of [null, gone, { ...there, is_active: false }, { ...there, generation: 5 }]) {
      database.actor = actor
      for (const operation of [readIt, ownIt])
        await expect(ask(operation)).rejects.toMatchObject({ code: 'UNAUTHORIZED', data: { stale: true } })
    }
  })

  const channel: ChannelFacts = {
    orgId: orgId(2),
    channelId: channelId(5),
    recipientId: recipientId(6),
    inviteOnly: false,
    historyPublicToSubscribers: true,
    isWebPublic: false,
    archived: false,
    subscribed: false,
    groups: defaultChannelGroups,
  }
  const hidden = () => badRequest('Invalid channel')
  const asked = { raw: { path: { id: '5' }, fields: {} } }

  test('a hidden object answers as a missing one, a denied action as the guard says', async () => {
    const guarded = (facts: ChannelFacts) =>
      service(
        route(
          channelIt,
          { object: async () => facts, hidden, denied: (_input, reason) => badRequest(`no: ${reason}`) },
          valued(),
        ),
      )
    expect((await guarded(channel).ask(channelIt, asked)).data).toEqual({ value: 1 })
    const secret = { ...channel, inviteOnly: true }
    await expect(guarded(secret).ask(channelIt, asked)).rejects.toThrow('Invalid channel')
    const guest = guarded({ ...channel, isWebPublic: true })
    guest.database.actor = { user_id: 30, role: role.guest, is_active: true, generation: 4, rights: 7 }
    await expect(guest.ask(channelIt, asked)).rejects.toThrow('no: guests-may-not')
    expect(guest.database.ended).toEqual(['rollback'])
  })

  test('without words of its own a denial is a general one', async () => {
    const object = async () => ({ ...channel, isWebPublic: true })
    const { ask, database } = service(route(channelIt, { object, hidden }, never))
    database.actor = { user_id: 30, role: role.guest, is_active: true, generation: 4, rights: 7 }
    await expect(ask(channelIt, asked)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'Insufficient permission',
    })
  })
})

describe('who has no account', () => {
  test('AC-02 reaches the handler that is for them, where nobody acts, and no other', async () => {
    const seen: Seen[] = []
    const looking: object[] = []
    const { ask } = service(
      alsoForSpectators<typeof lookIt, string, FakeTx>(route(lookIt, valued(seen)), async (its) => {
        looking.push(its)
        return { value: 7 }
      }),
    )
    const raw = { path: {}, fields: { n: '3' } }
    expect((await ask(lookIt, { principal: null, raw })).data).toEqual({ value: 7 })
    expect(seen).toEqual([])
    expect(Object.keys(looking[0] ?? {}).toSorted()).toEqual(['ctx', 'input', 'request', 'signal', 'tx'])
    expect((await ask(lookIt)).data).toEqual({ value: 1 })
    expect(looking).toHaveLength(1)
  })

  test('AC-02 is nobody to an operation that says nothing of them', async () => {
    const { ask } = service(route(readIt, valued()))
    await expect(ask(readIt, { principal: null })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })
})

test('what takes rights away waits for the gateways where another call took them already', async () => {
  const { ask, steps } = service(route({ ...writeIt, revokes: true }, valued()))
  await ask(writeIt)
  expect(steps).toEqual(['barrier 2 7'])
})

describe('an internal call', () => {
  const calls = mount('streams', [], [answer(askIt, async ({ input }) => ({ text: input.text }))]).calls
  const { signal } = new AbortController()
  const ask = (op: string, caller: Asked['caller'], input: unknown) =>
    runCall(calls, null, { op, caller, input, signal })

  test('is answered to those on its list, its input and answer parsed', async () => {
    expect(await ask(askIt.id, 'gateway', { text: 'a', odd: 1 })).toEqual({ text: 'a' })
    await expect(ask('streams.other', 'gateway', {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(ask(askIt.id, 'cli', { text: 'a' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(ask(askIt.id, 'gateway', { text: 1 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'Malformed call',
    })
  })
})

describe('mounting', () => {
  const mounted = (...operations: readonly Operation[]) =>
    mount(
      'streams',
      operations.map((operation) => ({ kind: 'route', operation, guard: null, handler: valued() }) as never),
      [],
    )

  test.each([
    ['an operation twice', () => mounted(readIt, readIt), 'mounted twice'],
    [
      'two of one path',
      () => mounted(readIt, { ...publicIt, path: readIt.path }),
      'GET /api/v1/it is mounted twice',
    ],
    ['one of another service', () => mounted({ ...readIt, service: 'auth' }), 'belongs to auth'],
    ['one without a limit', () => mounted({ ...readIt, limits: [] }), 'no limit'],
    ['one without a caller list', () => mounted({ ...readIt, callers: [] }), 'no caller list'],
    ['one for who has no account, without a handler for them', () => mounted(lookIt), 'do not agree'],
    [
      'one with a handler for them that is not said to be',
      () =>
        mount(
          'streams',
          [alsoForSpectators<typeof readIt, string, FakeTx>(route(readIt, valued()), never)],
          [],
        ),
      'do not agree',
    ],
    [
      'one by which they would change something',
      () => mounted({ ...writeIt, spectators: true }),
      'who has no account changes nothing',
    ],
    [
      'a call without a caller list',
      () => mount('streams', [], [answer({ ...askIt, callers: [] }, never)]),
      'no caller list',
    ],
    ['a call of another service', () => mount('auth', [], [answer(askIt, never)]), 'belongs to streams'],
  ])('%s does not boot', (_what, boot, message) => {
    expect(boot).toThrow(message)
  })

  const never = async () => {
    throw new Error('never')
  }
})
