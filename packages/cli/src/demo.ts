import type { Ids } from '@parley/core'
import { z } from 'zod'
import { Failure } from './command.ts'
import { Demo, readDocument, writeDocument, type Installation } from './installation.ts'
import type { CreateOrganisation } from './organisations.ts'
import type { Login, PublicApi } from './public-api.ts'

export interface DemoOptions {
  installation: Installation
  ids: Ids
  create: CreateOrganisation
  /** The API of the demo's own host, and its URL. */
  api: PublicApi
  url: string
  progress: (line: string) => void
}

export const demoSubdomain = 'demo'
const ownerName = 'Olivia Owner'
const people = ['Ada Park', 'Ben Osei', 'Carla Ruiz'] as const
const channels = [
  { name: 'general', description: 'Everything for everybody', who: people },
  { name: 'design', description: 'How it looks and feels', who: people.slice(0, 2) },
] as const

const Passwords = z.record(z.string(), z.string())
const Key = z.object({ api_key: z.string(), user_id: z.int() })
const Stream = z.object({ stream_id: z.int() })
const Any = z.unknown()

type Account = Demo['owner']

/**
 * The demo organisation: an owner, three people, two channels and a few messages; DIR/demo.json holds the
 * accounts. Made once. Passwords are written down before they are used, so that an interruption loses none.
 */
export async function ensureDemo(options: DemoOptions): Promise<Demo> {
  const { installation, ids, create, api, url, progress } = options
  const known = await readDocument(installation.demo, Demo)
  if (known !== undefined) return known
  progress('making the demo organisation')
  const passwords = await ensurePasswords(installation, ids)

  const owner = await account(api, passwords, ownerName, async ({ email, password }) => {
    const name = { name: 'Parley Demo', subdomain: demoSubdomain }
    await create({ ...name, ownerEmail: email, ownerName, ownerPassword: password })
  })
  const users: Account[] = []
  for (const name of people) {
    users.push(
      await account(api, passwords, name, async ({ email, password }) => {
        await api.call('POST', '/users', { email, full_name: name, password }, Any, loginOf(owner))
      }),
    )
  }
  const made: Demo['channels'] = []
  for (const channel of channels) made.push(await fill(api, owner, users, channel))
  const demo = { url, owner, users, channels: made }
  await writeDocument(installation.demo, demo)
  return demo
}

const emailOf = (name: string): string => `${name.split(' ')[0]?.toLowerCase()}@demo.example`
const loginOf = ({ email, api_key }: Account): Login => ({ email, apiKey: api_key })

async function ensurePasswords(installation: Installation, ids: Ids): Promise<Record<string, string>> {
  const path = `${installation.demo}.passwords`
  const known = await readDocument(path, Passwords)
  if (known !== undefined) return known
  // 144 random bits each: strong by any measure.
  const made = Object.fromEntries(
    [ownerName, ...people].map((name) => [emailOf(name), ids.bytes(18).toString('base64url')]),
  )
  await writeDocument(path, made)
  return made
}

/** An account with a key, made first where signing in does not work yet. */
async function account(
  api: PublicApi,
  passwords: Readonly<Record<string, string>>,
  full_name: string,
  make: (made: { email: string; password: string }) => Promise<void>,
): Promise<Account> {
  const email = emailOf(full_name)
  const password = passwords[email] ?? ''
  const signIn = (): Promise<z.infer<typeof Key>> =>
    api.call('POST', '/fetch_api_key', { username: email, password }, Key)
  const { api_key, user_id } = await signIn().catch(async (error: unknown) => {
    if (!(error instanceof Failure)) throw error
    await make({ email, password })
    return signIn()
  })
  return { full_name, email, password, api_key, user_id }
}

async function fill(
  api: PublicApi,
  owner: Account,
  users: readonly Account[],
  { name, description, who }: (typeof channels)[number],
): Promise<Demo['channels'][number]> {
  const members = users.filter((user) => who.some((one) => one === user.full_name))
  const principals = [owner, ...members].map((user) => user.user_id)
  const wanted = { subscriptions: [{ name, description }], principals }
  await api.call('POST', '/users/me/subscriptions', wanted, Any, loginOf(owner))
  const { stream_id } = await api.call('GET', '/get_stream_id', { stream: name }, Stream, loginOf(owner))
  const say = (author: Account, content: string): Promise<unknown> =>
    api.call(
      'POST',
      '/messages',
      { type: 'channel', to: name, topic: 'hello', content },
      Any,
      loginOf(author),
    )
  await say(owner, `Welcome to #**${name}**!`)
  await say(members[0] ?? owner, 'Thanks! This works from the Zulip apps, too.')
  return { name, stream_id }
}
