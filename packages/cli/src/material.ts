import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { partsOf } from '@parley/crypto'

/** What an identity connects with, PEM: its certificate and key, whom it trusts and what has been revoked. */
export interface Material {
  readonly cert: string
  readonly key: string
  readonly ca: string
  /** One list for each authority. */
  readonly crl: string[]
}

/** Reads a folder with `client.crt`, `client.key`, `ca.crt` and `ca.crl` (which older installations lack), as they are now. */
export async function readMaterial(certs: string): Promise<Material> {
  const read = (name: string): Promise<string> => readFile(join(certs, name), 'utf8')
  const lists = existsSync(join(certs, 'ca.crl')) ? read('ca.crl') : ''
  const [cert, key, ca] = await Promise.all([read('client.crt'), read('client.key'), read('ca.crt')])
  return { cert, key, ca, crl: partsOf(await lists) }
}
