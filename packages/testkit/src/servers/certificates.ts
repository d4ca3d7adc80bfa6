import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IdentityName } from '@parley/cli'
import { spiffeId } from '@parley/crypto'
import type { PgTls } from '@parley/db'

/** The folder with an identity's certificates (see `ensurePki`). */
export const certDirOf = (servers: { readonly dir: string }, identity: IdentityName): string =>
  join(servers.dir, 'certs', identity)

/** An identity's client certificate for Postgres. */
export async function pgTlsOf(
  servers: { readonly dir: string; readonly trustDomain: string },
  identity: IdentityName,
): Promise<PgTls> {
  const file = (name: string): Promise<string> => readFile(join(certDirOf(servers, identity), name), 'utf8')
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('client.crt'), file('client.key')])
  return { ca, cert, key, serverUri: spiffeId(servers.trustDomain, 'postgres') }
}
