import { expect, test } from 'vitest'
import type { Loaded } from './members.ts'
import type { Person } from './person.ts'
import { People } from './people.ts'

const person = (...channels: number[]): Person => ({
  role: 400,
  active: true,
  generation: 1,
  vantage: 1,
  channels: new Set(channels),
  sees: null,
})

test('those asked for in one turn are read together, once', async () => {
  const asked: (readonly number[])[] = []
  const people = new People(
    (users) => {
      asked.push(users)
      return Promise.resolve({
        seq: 0,
        people: new Map(users.map((u) => [u, person(u)])),
        open: new Set(),
        webPublic: new Set<number>(),
      })
    },
    () => Promise.resolve(),
  )
  const [a, b] = await Promise.all([people.get(1, 0), people.get(2, 0), people.get(1, 0)])
  await people.get(1, 0)
  expect(asked).toEqual([[1, 2]])
  expect([[...(a?.channels ?? [])], [...(b?.channels ?? [])]]).toEqual([[1], [2]])
})

test('effects after the place that was read count, those before do not', async () => {
  const read = Promise.withResolvers<Loaded>()
  const reached = Promise.withResolvers<void>()
  const people = new People(
    () => read.promise,
    () => reached.promise,
  )
  const got = people.get(1, 0)
  await new Promise((done) => setImmediate(done))
  people.apply(4, { kind: 'left', channel: 9, users: [1] })
  people.apply(5, { kind: 'joined', channel: 8, users: [1] })
  read.resolve({
    seq: 4,
    people: new Map([[1, person(7)]]),
    open: new Set([7]),
    webPublic: new Set<number>(),
  })
  people.apply(6, { kind: 'left', channel: 7, users: [1] })
  people.apply(7, { kind: 'ended', user: 1, generation: 3, active: true, credentials: null })
  reached.resolve()
  expect(await got).toMatchObject({
    role: 400,
    active: true,
    generation: 3,
    vantage: 1,
    channels: new Set([8]),
  })
  expect([people.members.of(8).has(1), people.members.of(7).has(1)]).toEqual([true, false])
})

test('AC-02 guests know of web-public channels alone, as the log says', async () => {
  const people = new People(
    () =>
      Promise.resolve({
        seq: 0,
        people: new Map([[1, person(7)]]),
        open: new Set([7, 8]),
        webPublic: new Set([8]),
      }),
    () => Promise.resolve(),
  )
  const known = () => [400, 600].map((role) => [...people.members.openTo(role)].sort((a, b) => a - b))
  expect(known()).toEqual([[], []])
  await people.get(1, 0)
  expect(known()).toEqual([[7, 8], [8]])
  people.apply(1, { kind: 'opened', channel: 7, webPublic: true })
  people.apply(2, { kind: 'opened', channel: 8, webPublic: false })
  people.apply(3, { kind: 'opened', channel: 9, webPublic: true })
  expect(known()).toEqual([
    [7, 8, 9],
    [7, 9],
  ])
  people.apply(4, { kind: 'closed', channel: 7 })
  expect(known()).toEqual([[8, 9], [9]])
})

test('who is idle is forgotten and read again', async () => {
  let reads = 0
  const people = new People(
    () => {
      reads++
      return Promise.resolve({
        seq: 0,
        people: new Map([[1, person(3)]]),
        open: new Set(),
        webPublic: new Set<number>(),
      })
    },
    () => Promise.resolve(),
  )
  await people.get(1, 100)
  people.forget(200, () => true)
  await people.get(1, 100)
  people.forget(200, () => false)
  expect([reads, people.members.of(3).size]).toEqual([1, 0])
  await people.get(1, 300)
  expect(reads).toBe(2)
})

test('who moves has another role and is active, unless that is left as it was', async () => {
  const load = () =>
    Promise.resolve({
      seq: 5,
      people: new Map([[1, person(7)]]),
      open: new Set<number>(),
      webPublic: new Set<number>(),
    })
  const people = new People(load, () => Promise.resolve())
  await people.get(1, 0)
  const moved = { kind: 'moved', user: 1, role: 600 } as const
  people.apply(6, { kind: 'ended', user: 1, generation: 2, active: false, credentials: null })
  people.apply(7, { ...moved, vantage: 2, active: null })
  expect(people.members.get(1)).toMatchObject({ role: 600, vantage: 2, active: false })
  people.apply(8, { ...moved, vantage: 3, active: true })
  people.apply(9, { ...moved, user: 2, vantage: 3, active: true })
  expect(people.members.get(1)).toMatchObject({ vantage: 3, active: true })
  expect(people.members.get(2)).toBeUndefined()
})

test('a guest who moves sees nobody until it is read again, also where it moves while that is read', async () => {
  const reads: PromiseWithResolvers<Loaded>[] = []
  const people = new People(
    () => {
      const read = Promise.withResolvers<Loaded>()
      reads.push(read)
      return read.promise
    },
    () => Promise.resolve(),
  )
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done))
  }
  const answer = (seq: number, ...sees: number[]): void => {
    const guest = { ...person(7), role: 600, sees: new Set(sees) }
    reads
      .at(-1)
      ?.resolve({ seq, people: new Map([[1, guest]]), open: new Set(), webPublic: new Set<number>() })
  }
  const first = people.get(1, 0)
  await turns()
  answer(3, 1, 2)
  expect([...((await first)?.sees ?? [])]).toEqual([1, 2])
  const move = (seq: number): void =>
    people.apply(seq, { kind: 'moved', user: 1, role: 600, vantage: seq, active: null })
  move(4)
  expect(people.members.get(1)?.sees?.size).toBe(0)
  const again = people.get(1, 0)
  await turns()
  move(6)
  answer(5, 1, 2, 3)
  await turns()
  answer(6, 1)
  expect([...((await again)?.sees ?? [])]).toEqual([1])
  expect(reads).toHaveLength(3)
  people.apply(7, { kind: 'moved', user: 1, role: 400, vantage: 7, active: null })
  expect((await people.get(1, 0))?.sees).toBeNull()
})

test('who moves after the organisation was taken out of use is read again: it may be in use by now', async () => {
  let reads = 0
  const load = () => {
    reads++
    return Promise.resolve({
      seq: 5,
      people: new Map([[1, person(7)]]),
      open: new Set<number>(),
      webPublic: new Set<number>(),
    })
  }
  const people = new People(load, () => Promise.resolve())
  await people.get(1, 0)
  people.apply(6, { kind: 'over' })
  people.apply(7, { kind: 'moved', user: 1, role: 400, vantage: 3, active: null })
  expect(people.members.get(1)).toMatchObject({ active: false, sees: null })
  expect((await people.get(1, 0))?.active).toBe(true)
  expect(reads).toBe(2)
})

test('who does not see everybody sees a bot from where it came to be', async () => {
  const seen = new Set([1, 2])
  const limited = {
    role: 600,
    active: true,
    generation: 1,
    vantage: 1,
    channels: new Set<number>(),
    sees: seen,
  }
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const people = new People(
    async (users) => {
      begun.resolve()
      await go.promise
      return {
        seq: 5,
        people: new Map(users.map((user) => [user, limited])),
        open: new Set(),
        webPublic: new Set<number>(),
      }
    },
    () => Promise.resolve(),
  )
  const asked = people.get(1, 0)
  await begun.promise
  // One before what was read, one after it, and one when nobody reads.
  people.apply(5, { kind: 'appeared', user: 40 })
  people.apply(6, { kind: 'appeared', user: 41 })
  go.resolve()
  await asked
  people.apply(7, { kind: 'appeared', user: 42 })
  expect([...((await people.get(1, 0))?.sees ?? [])]).toEqual([1, 2, 41, 42])
  expect([...seen]).toEqual([1, 2])
})
