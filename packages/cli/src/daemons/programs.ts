import { access, constants, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../command.ts'
import { systemPath } from '../child.ts'

/** Where the three daemons' programs are; undefined for what is not installed. */
export interface Programs {
  /** The folder with postgres, initdb and psql. */
  postgres: string | undefined
  nats: string | undefined
  redis: string | undefined
}

/** Looks for the daemons: newest Postgres first, then PATH and /usr/sbin. */
export async function installed(): Promise<Programs> {
  const [postgres, nats, redis] = await Promise.all([
    findPostgres(),
    inPath('nats-server'),
    inPath('redis-server'),
  ])
  return { postgres, nats, redis }
}

/** The program, or a failure that says how to get it. */
export async function need(name: keyof Programs): Promise<string> {
  const path = (await installed())[name]
  if (path === undefined) throw new Failure(`${name} is not installed; ./parley up installs it`)
  return path
}

async function findPostgres(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql'
  const versions = (await readdir(root).catch(() => []))
    .filter((name) => /^\d+$/.test(name) && Number(name) >= 15)
    .sort((a, b) => Number(b) - Number(a))
  for (const version of versions) {
    const bin = join(root, version, 'bin')
    const found = await Promise.all(['postgres', 'initdb', 'psql'].map((program) => runs(join(bin, program))))
    if (found.every(Boolean)) return bin
  }
  const initdb = await inPath('initdb')
  return initdb === undefined ? undefined : join(initdb, '..')
}

async function inPath(program: string): Promise<string | undefined> {
  for (const dir of systemPath.split(':')) {
    if (await runs(join(dir, program))) return join(dir, program)
  }
  return undefined
}

const runs = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
