import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Ids } from '@parley/core'
import { factsOf, issueClient, readPair, signedBy, type Authority, type Pair } from '@parley/crypto'
import { introduce, promote, retire, revokeIssued } from '../authorities.ts'
import { until } from '../child.ts'
import { Failure } from '../command.ts'
import { identities, type Identity } from '../identities.ts'
import { internalTitle, type Pki } from '../pki.ts'
import { visit, type Port } from './handshake.ts'

/** What changing whom everybody trusts needs of the estate. */
export interface TrustWork {
  readonly caDir: string
  readonly clock: Clock
  readonly ids: Ids
  /** Brings files, daemons and services to what the `ca` folder says. */
  readonly renew: () => Promise<Pki>
  readonly ports: () => readonly Port[]
  readonly say: (line: string) => void
  /** Ends what Postgres, NATS and Redis still do for certificates of these numbers, and for an identity. */
  readonly cutOff: (identity: string, serials: readonly string[]) => Promise<void>
}

/** What a rotation came to. */
export interface Rotated {
  /** Serial numbers of the authorities' certificates, hex. */
  readonly former: string
  readonly authority: string
  readonly ports: readonly string[]
}

const patience = { timeoutMs: 120_000, everyMs: 200 }
// The longest that a call may take between services.
const callsMs = 10_000

const serialOf = (authority: Authority): string => factsOf(authority.pair.cert).serial

/**
 * Replaces the authority that all certificates between processes come from, while everything runs: both are trusted, then
 * the new one issues, then the old one is trusted no more. Where an earlier one was interrupted it goes on from there.
 * @throws Failure where a port does not follow; what has been done until then stays and does no harm
 */
export async function rotateAuthority(work: TrustWork): Promise<Rotated> {
  const { caDir, clock, ids, say } = work
  const sources = { clock, ids }
  let pki = await work.renew()
  const { trustDomain } = pki
  const names = work.ports().map(({ name }) => name)
  const { cli: generation = 1 } = await pki.generations()
  const goingBy = (authority: Authority): Promise<Pair> =>
    issueClient(authority, { trustDomain, service: 'cli', role: cli.role, generation, days: 1 })

  if (pki.trust.former === undefined) {
    await introduce(caDir, internalTitle(trustDomain), sources)
    pki = await work.renew()
    const { next } = pki.trust
    if (next === undefined) throw new Failure('there is no new authority')
    say('a new authority is trusted beside the old one')
    const pair = await goingBy(next)
    await everywhere('to trust the new authority', work, pki, pair, ({ letIn }) => letIn)
    await promote(caDir)
    pki = await work.renew()
  }
  const { issuing, former } = pki.trust
  if (former === undefined) throw new Failure('there is no former authority')
  say('new certificates are issued by the new authority')
  const [ours, theirs] = [await goingBy(issuing), await goingBy(former)]
  const isNew = (shown: Buffer): boolean => signedBy(shown, issuing.pair.cert)
  await everywhere('to show a new certificate', work, pki, ours, ({ shown }) => isNew(shown))
  say('every port shows a certificate of the new authority')
  // Connections of before finish what they have; new ones stand on new certificates of both sides.
  await delay(callsMs)
  await retire(caDir)
  pki = await work.renew()
  await everywhere('to refuse the old authority', work, pki, theirs, ({ letIn }) => !letIn)
  say('the old authority is trusted nowhere')
  return { former: serialOf(former), authority: serialOf(issuing), ports: names }
}

/** What a revocation came to. */
export interface Revoked {
  readonly identity: string
  /** Serial numbers of the certificates that are good no longer, hex. */
  readonly serials: readonly string[]
  /** Ports that refuse the former certificate in the handshake. */
  readonly refused: readonly string[]
  /** Milliseconds from the command until all of that was so. */
  readonly tookMs: number
}

/**
 * Revokes all certificates of an identity and gives it new ones: ports refuse the former ones, connections that stand on
 * them are cut. Redis knows no lists: there they lead to the question for a password, which is a new one.
 * @throws Failure where there is no such identity, or a port goes on letting it in
 */
export async function revokeIdentity(work: TrustWork, identity: string): Promise<Revoked> {
  const { caDir, clock, say } = work
  const known: Readonly<Record<string, Identity>> = identities
  const one = Object.hasOwn(known, identity) ? known[identity] : undefined
  if (one === undefined)
    throw new Failure(`there is no identity ${identity}; they are ${Object.keys(identities).join(', ')}`)
  const began = clock.monotonic()
  const before = await work.renew()
  const dir = before.certDir(identity)
  const former = one.role === undefined ? undefined : await readPair(dir, 'client')
  const serials = await revokeIssued(caDir, identity)
  const pki = await work.renew()
  say(`${serials.length} certificates of ${identity} are revoked, new ones are issued`)
  const judging = work.ports().filter(({ service }) => service !== 'redis')
  if (former !== undefined)
    await everywhere(
      'to refuse what was revoked',
      { ...work, ports: () => judging },
      pki,
      former,
      ({ letIn }) => !letIn,
      one.role,
    )
  await work.cutOff(identity, serials)
  const refused = former === undefined ? [] : judging.map(({ name }) => name)
  return { identity, serials, refused, tookMs: Math.round(clock.monotonic() - began) }
}

const cli = identities.cli

/** Waits until something holds of every port that answers, for a visitor with this certificate. */
async function everywhere(
  what: string,
  { ports }: Pick<TrustWork, 'ports'>,
  pki: Pki,
  pair: Pair,
  holds: (seen: { readonly shown: Buffer; readonly letIn: boolean }) => boolean,
  role: string = cli.role,
): Promise<void> {
  const ca = await readFile(join(pki.certDir('cli'), 'ca.crt'), 'utf8')
  const { trustDomain } = pki
  await Promise.all(
    ports().map((port) =>
      until(
        `${port.name} ${what}`,
        async () => {
          const seen = await visit(port, { pair, role, ca, trustDomain })
          return seen && holds(seen) ? true : undefined
        },
        patience,
      ),
    ),
  )
}
