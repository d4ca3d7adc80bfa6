import { spiffeId } from '@parley/crypto'
import { migrate, setSearchLanguage } from '@parley/db'
import type { SearchLanguage } from '../config.ts'
import { bootstrapDatabase, type Postgres } from '../daemons/postgres.ts'
import { readMaterial } from '../material.ts'
import type { Pki } from '../pki.ts'
import { database } from './services.ts'

/** Makes the database and its roles where they are missing, and brings it up to this version, as its owner. */
export async function migrateDatabase(
  postgres: Postgres,
  pki: Pki,
  language: SearchLanguage | undefined,
  say: (line: string) => void,
): Promise<void> {
  await bootstrapDatabase(postgres, database)
  const material = await readMaterial(pki.certDir('owner'))
  const owner = {
    host: '127.0.0.1',
    port: postgres.port,
    database,
    role: 'parley_owner',
    tls: { ...material, serverUri: spiffeId(pki.trustDomain, 'postgres') },
  }
  const ran = await migrate(owner)
  if (ran.length > 0) say(`database migrated: ${ran.length} steps`)
  if (language !== undefined && (await setSearchLanguage(owner, language)))
    say(`search speaks ${language} from now on; messages are read anew for it by and by`)
}
