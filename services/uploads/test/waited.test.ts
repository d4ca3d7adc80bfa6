import type { RawInput } from '@parley/api'
import { orgId, Secret, systemIds } from '@parley/core'
import { appendedIn } from '@parley/events'
import { runOperation } from '@parley/kit'
import { type Account, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Context } from '../src/context.ts'
import { routes } from '../src/endpoints.ts'
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
  const database = await net.database.as('uploads')
  const afterCommit = { appendedIn, hint: () => {}, barrier: async () => {} }
  const masterKey = new Secret<Uint8Array>(systemIds.bytes(32))
  const ctx: Context = { ids: systemIds, database, afterCommit, images: meanwhile(other), masterKey }
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

test.each(operations)('%s: nothing is written that nobody waits for any more', async (op, raw) => {
  const gone = new AbortController()
  const hangUp = async () => gone.abort()
  await expect(ask(org.owner, op, raw, hangUp, gone.signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await kept()).toEqual([])
})
