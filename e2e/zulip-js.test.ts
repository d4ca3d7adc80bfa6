import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { scene } from './product.ts'
import { sharedProduct } from './shared-product.ts'

const run = promisify(execFile)
const Seen = z.record(z.string(), z.looseObject({ result: z.string().optional() }))

test('the npm client zulip-js, unmodified, holds a conversation', async () => {
  const product = sharedProduct()
  await using stage = await scene(product)
  const hamlet = await stage.person('Prince Hamlet')
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Elsinore' }],
    principals: [hamlet.id],
  })

  const input = {
    realm: stage.org.url,
    username: hamlet.email,
    password: hamlet.password,
    channel: 'Elsinore',
  }
  const { stdout } = await run(
    process.execPath,
    [resolve(import.meta.dirname, 'zulip-js-client.ts'), JSON.stringify(input)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: product.run.ca }, timeout: 60_000 },
  )
  const seen = Seen.parse(JSON.parse(stdout))

  const calls = ['profile', 'subscriptions', 'register', 'send', 'events', 'narrow', 'read', 'deregister']
  expect(calls.filter((call) => seen[call]?.result !== 'success')).toEqual([])
  expect(seen['profile']).toMatchObject({
    user_id: hamlet.id,
    full_name: 'Prince Hamlet',
    email: hamlet.email,
  })
  expect(seen['subscriptions']).toMatchObject({ subscriptions: [{ name: 'Elsinore' }] })
  const id = z.object({ id: z.int() }).parse(seen['send']).id
  expect(seen['message']).toMatchObject({
    message: { id, subject: 'zulip-js', display_recipient: 'Elsinore', content: 'Hello from **zulip-js**' },
  })
  expect(seen['narrow']).toMatchObject({
    messages: [{ id, content: '<p>Hello from <strong>zulip-js</strong></p>', flags: ['read'] }],
  })
  expect(seen['read']).toMatchObject({ messages: [id] })
})
