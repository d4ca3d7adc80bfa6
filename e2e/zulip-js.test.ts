import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { sharedProduct } from './shared-product.ts'

const run = promisify(execFile)
const Seen = z.record(z.string(), z.looseObject({ result: z.string().optional() }))

test('the npm client zulip-js, unmodified, holds a conversation', async () => {
  const { url, ca, demo } = sharedProduct().run
  const ada = demo?.users[0]
  if (!ada) throw new Error('the product was started without --demo')
  // By the root host: other names need a resolver that knows them.
  const input = { realm: url, username: ada.email, password: ada.password, channel: 'general' }
  const { stdout } = await run(
    process.execPath,
    [resolve(import.meta.dirname, 'zulip-js-client.ts'), JSON.stringify(input)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: ca }, timeout: 60_000 },
  )
  const seen = Seen.parse(JSON.parse(stdout))

  const calls = ['profile', 'subscriptions', 'register', 'send', 'events', 'narrow', 'read', 'deregister']
  expect(calls.filter((call) => seen[call]?.result !== 'success')).toEqual([])
  expect(seen['profile']).toMatchObject({
    user_id: ada.user_id,
    full_name: ada.full_name,
    email: ada.email,
  })
  const { subscriptions } = z
    .object({ subscriptions: z.array(z.looseObject({ name: z.string() })) })
    .parse(seen['subscriptions'])
  expect(subscriptions.map((s) => s.name)).toContain('general')
  const id = z.object({ id: z.int() }).parse(seen['send']).id
  expect(seen['message']).toMatchObject({
    message: { id, subject: 'zulip-js', display_recipient: 'general', content: 'Hello from **zulip-js**' },
  })
  expect(seen['narrow']).toMatchObject({
    messages: [{ id, content: '<p>Hello from <strong>zulip-js</strong></p>', flags: ['read'] }],
  })
  expect(seen['read']).toMatchObject({ messages: [id] })
})
