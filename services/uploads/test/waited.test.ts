import type { RawInput } from '@parley/api'
import { orgId, Secret, systemIds } from '@parley/core'
import { appendedIn } from '@parley/events'
import { runOperation } from '@parley/kit'
import { type Account, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Context } from '../src/context.ts'
import { calls, routes } from '../src/endpoints.ts'
import { createImages, type Images } from '../src/images/images.ts'
import { picture } from './pictures.ts'

let net: TestNetwork
let org: Organisation
beforeAll(async () => {
  net = await testNetwork()
  org = await net.organisation()
})
afterAll(() => net[Symbol.asyncDispose]())

const operations = [
  ['upload-custom-emoji', { path: { emoji_name: 'waited' }, fields: {} }],
  ['upload-avatar', { path: {}, fields: {} }],
  ['upload-realm-icon', { path: {}, fields: {} }],
  ['upload-realm-logo', { path: {}, fields: { night: 'true' } }],
] as const

/** Images that are made, and something else done before they are handed over. */
function meanwhile(other: () => Promise<unknown>): Images {
  const images = createImages()
  const after = async <R>(made: Promise<R>): Promise<R> => {
    const image = await made
    await other()
    return image
  }
  return {
    emoji: (...of) => after(images.emoji(...of)),
    icon: (...of) => after(images.icon(...of)),
    logo: (...of) => after(images.logo(...of)),
    avatar: (...of) => after(images.avatar(...of)),
  }
}

/** A service of its own, in which something else is done while an image is decoded. */
async function own(other: () => Promise<unknown>) {
  const database = await net.database.as('uploads')
  const afterCommit = { appendedIn, hint: () => {}, barrier: async () => {} }
  const masterKey = new Secret<Uint8Array>(systemIds.bytes(32))
  const ctx: Context = { ids: systemIds, database, afterCommit, images: meanwhile(other), masterKey }
  return { ctx, database, afterCommit }
}

/** Asks a service of its own, as the gateway would, for somebody as their credential was before. */
async function ask(
  who: Account,
  op: string,
  raw: Pick<RawInput, 'path' | 'fields'>,
  other: () => Promise<unknown>,
  signal = new AbortController().signal,
) {
  const [row] = await net.database.superuser('SELECT generation FROM auth.users WHERE user_id = $1', [who.id])
  const generation = z.int().parse(row?.['generation'])
  const { ctx, database, afterCommit } = await own(other)
  const mounted = new Map(routes.map((route) => [route.operation.id, route]))
  const file = (await picture()).toString('base64')
  const principal = { org: org.id, user: who.id, generation, credential: 'key:1' }
  const request = { org: org.id, url: 'https://chat.example.org', client: 'test', ip: '127.0.0.1' }
  const asked = { op, caller: 'gateway', principal, raw: { ...raw, file }, request, signal } as const
  return runOperation({ routes: mounted, ctx, database, afterCommit }, asked)
}
const kept = async () =>
  (await net.database.as('uploads')).read(orgId(org.id), (tx) =>
    tx.query(z.object({ path: z.string() }), 'SELECT path FROM uploads.images'),
  )

test.each(operations)(
  '%s: a key that was replaced while the image was decoded writes nothing',
  async (op, raw) => {
    const ada = await org.person(`Ada ${op}`)
    await org.owner.ok('PATCH', `/users/${ada.id}`, { role: 200 })
    const replaced = () => ada.ok('POST', '/users/me/api_key/regenerate')
    await expect(ask(ada, op, raw, replaced)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      data: { stale: true },
    })
    expect(await kept()).toEqual([])
  },
)

test.each([
  [operations[0], 'role', 'Insufficient permission'],
  [operations[1], 'avatars', 'Avatar changes are disabled in this organization.'],
  [operations[2], 'role', 'Must be an organization administrator'],
] as const)(
  'AC-13 %s: a right that was lost while the image was decoded is lost',
  async ([op, raw], lost, msg) => {
    const ada = await org.person(`Ada without ${op}`)
    await org.owner.ok('PATCH', `/users/${ada.id}`, { role: 200 })
    const fixed = (avatar_changes_disabled: boolean) =>
      org.owner.ok('PATCH', '/realm', { avatar_changes_disabled })
    const takenAway = async () => {
      if (lost === 'avatars') await fixed(true)
      await org.owner.ok('PATCH', `/users/${ada.id}`, { role: 600 })
    }
    await expect(ask(ada, op, raw, takenAway)).rejects.toMatchObject({ message: msg })
    if (lost === 'avatars') await fixed(false)
    expect(await kept()).toEqual([])
  },
)

test('a picture of a bot is not prepared for who was ended while it was decoded', async () => {
  const ada = await org.person('Ada of bots')
  const { ctx } = await own(() => org.owner.ok('DELETE', `/users/${ada.id}`))
  const prepare = calls.find((call) => call.call.id === 'uploads.prepare-avatar')
  const input = { org: org.id, user: ada.id, credential: 'key:1', file: (await picture()).toString('base64') }
  const { signal } = new AbortController()
  expect(await prepare?.handler({ input: prepare.call.input.parse(input), ctx, signal })).toBeNull()
})

test('a snapshot of who was ended meanwhile is none', async () => {
  const ada = await org.person('Ada of snapshots')
  await org.owner.ok('DELETE', `/users/${ada.id}`)
  const { ctx } = await own(async () => {})
  const told = calls.find((call) => call.call.id === 'uploads.snapshot')
  const { signal } = new AbortController()
  const taken = (await net.database.as('gateway')).read(orgId(org.id), async (tx) => {
    const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
    const shown = { types: null, capabilities: {}, includeSubscribers: false, slimPresence: true }
    const who = { org: org.id, user: ada.id, url: 'https://chat.example.org' }
    const input = { snapshot: row?.id, ...who, ...shown }
    return told?.handler({ input: told.call.input.parse(input), ctx, signal })
  })
  await expect(taken).rejects.toMatchObject({ code: 'UNAUTHORIZED', data: { stale: true } })
})

test.each(operations)('%s: nothing is written that nobody waits for any more', async (op, raw) => {
  const gone = new AbortController()
  const hangUp = async () => gone.abort()
  await expect(ask(org.owner, op, raw, hangUp, gone.signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await kept()).toEqual([])
})
