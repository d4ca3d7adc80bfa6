import { AppError, fixedClock } from '@parley/core'
import { createTokenKey, jwksOf } from '@parley/crypto'
import { base64url, importJWK, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { TokenKey, TokenKeys } from '../config/sections.ts'
import { createTokenMinter } from './minter.ts'
import { createTokenVerifier } from './verifier.ts'

const start = 1_800_000_000_000
const principal = { org: 2, user: 30, generation: 4, credential: 'key:5' }
let gateway: TokenKey
let cli: TokenKey
let keys: TokenKeys

beforeAll(async () => {
  const [a, b] = await Promise.all([createTokenKey('gateway'), createTokenKey('cli')])
  gateway = TokenKey.parse(a.privateJwk)
  cli = TokenKey.parse(b.privateJwk)
  keys = TokenKeys.parse(jwksOf([a, b]))
})

/** A token with one thing different from a good one. */
async function token(
  key: TokenKey,
  header: Record<string, unknown> = {},
  claims: Record<string, unknown> = {},
): Promise<string> {
  const now = start / 1000
  return new SignJWT({
    org: 2,
    gen: 4,
    cred: 'key:5',
    sub: '30',
    iss: 'gateway',
    aud: 'parley',
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: gateway.kid, typ: 'parley+jwt', ...header })
    .sign(await importJWK(key, 'EdDSA'))
}

test('what the gateway and the command mint is verified as the same principal', async () => {
  const clock = fixedClock(start)
  const verifier = createTokenVerifier(keys, clock)
  for (const key of [gateway, cli])
    expect(await verifier.verify(await createTokenMinter(key, clock).mint(principal))).toEqual(principal)
})

test('one token per principal and most of a minute; every change of the principal has its own', async () => {
  const clock = fixedClock(start)
  const minter = createTokenMinter(gateway, clock)
  const first = await minter.mint(principal)
  clock.advance(40_000)
  expect(await minter.mint({ ...principal })).toBe(first)
  expect(await minter.mint({ ...principal, generation: 5 })).not.toBe(first)
  clock.advance(1_000)
  const second = await minter.mint(principal)
  expect(second).not.toBe(first)
  expect(await createTokenVerifier(keys, clock).verify(second)).toEqual(principal)
})

test('a token ends after its minute and the leeway, also one that was verified before', async () => {
  const clock = fixedClock(start)
  const verifier = createTokenVerifier(keys, clock)
  const minted = await createTokenMinter(gateway, clock).mint(principal)
  clock.advance(64_000)
  expect(await verifier.verify(minted)).toEqual(principal)
  clock.advance(1_000)
  await expect(verifier.verify(minted)).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    message: 'Invalid token',
  })
  await expect(createTokenVerifier(keys, clock).verify(minted)).rejects.toThrow(AppError)
})

test('anything but a good token is refused', async () => {
  const verifier = createTokenVerifier(keys, fixedClock(start))
  const good = await token(gateway)
  expect(await verifier.verify(good)).toEqual(principal)
  const stranger = TokenKey.parse((await createTokenKey('gateway')).privateJwk)
  const [head = '', body = '', signature = ''] = good.split('.')
  const none = base64url.encode(JSON.stringify({ alg: 'none', kid: gateway.kid, typ: 'parley+jwt' }))
  const now = start / 1000
  const bad = {
    'nothing of ours': 'x',
    empty: '',
    'alg none': `${none}.${body}.`,
    'alg none, signed': `${none}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'changed body': `${head}.${base64url.encode(JSON.stringify({ org: 3 }))}.${signature}`,
    'a key of nobody': await token(stranger, { kid: stranger.kid }),
    'a key of nobody under a known name': await token(stranger),
    "the command's key for the gateway": await token(cli, { kid: cli.kid }),
    'another audience': await token(gateway, {}, { aud: 'other' }),
    'another issuer': await token(gateway, {}, { iss: 'cli' }),
    'another type': await token(gateway, { typ: 'JWT' }),
    expired: await token(gateway, {}, { iat: now - 70, exp: now - 10 }),
    'of the future': await token(gateway, {}, { iat: now + 10, exp: now + 70 }),
    'too long a life': await token(gateway, {}, { iat: now - 70, exp: now + 3600 }),
    'no expiry': await token(gateway, {}, { exp: undefined }),
    'no subject': await token(gateway, {}, { sub: 'me' }),
    'no organisation': await token(gateway, {}, { org: '2' }),
  }
  const refused: string[] = []
  for (const [what, text] of Object.entries(bad)) {
    const error: unknown = await verifier.verify(text).catch((thrown: unknown) => thrown)
    if (error instanceof AppError && error.code === 'UNAUTHORIZED' && error.message === 'Invalid token')
      refused.push(what)
  }
  expect(refused).toEqual(Object.keys(bad))
})

test('what is remembered is bounded: what expired goes first, then the older half', async () => {
  const clock = fixedClock(start)
  const minter = createTokenMinter(gateway, clock, 2)
  const of = (user: number) => minter.mint({ ...principal, user })
  const first = await of(1)
  await of(2)
  expect(await of(1)).toBe(first)
  await of(3)
  clock.advance(1_000)
  expect(await of(1)).not.toBe(first)

  const verifier = createTokenVerifier(keys, clock, 2)
  const tokens = await Promise.all([4, 5, 6, 7].map(of))
  for (const minted of tokens) expect(await verifier.verify(minted)).toMatchObject({ org: 2 })
  clock.advance(66_000)
  const late = await of(8)
  expect(await verifier.verify(late)).toMatchObject({ user: 8 })
  expect(await verifier.verify(await of(9))).toMatchObject({ user: 9 })
  await expect(verifier.verify(tokens[3] ?? '')).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
})

test('a key without a known signer mints nothing', () => {
  expect(() => createTokenMinter({ ...gateway, kid: 'auth.x' }, fixedClock(start))).toThrow('invalid_value')
})
