import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, mkdtemp, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { writeAtomically } from '@parley/crypto'
import { Failure } from '../command.ts'

/** A system user, when Postgres has to run as another one than we do. */
export interface SystemUser {
  uid: number
  gid: number
}

/** Who Postgres runs as: it refuses root, so root lends it the user `postgres`. Undefined: as we do. */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8')
  const line = passwd.split('\n').find((l) => l.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) {
    throw new Failure('Postgres does not run as root, and there is no user postgres to run it as')
  }
  return { uid: Number(uid), gid: Number(gid) }
}

/** A folder that Postgres may write, closed to everybody else. */
export async function writableDir(path: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (user !== undefined) await chown(path, user.uid, user.gid)
  return path
}

/** A folder that stays ours and that Postgres may only read, so that it cannot lead our writes astray. */
export async function readableDir(path: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (user !== undefined) {
    await chown(path, 0, user.gid)
    await chmod(path, 0o750)
  }
  return path
}

/** Writes a file into such a folder: Postgres' own, closed to everybody else, as it wants its keys. */
export async function writeReadable(
  path: string,
  content: string,
  user: SystemUser | undefined,
): Promise<void> {
  await writeAtomically(path, content, 0o600, user)
}

const elsewhere = '/var/lib/parley'

/**
 * Where Postgres keeps its files: `dir`, or a folder under /var/lib/parley when its user cannot get
 * there (a checkout under /root). Decided once and remembered in `dir`, so that the data is found again.
 */
export async function postgresHome(dir: string, user: SystemUser | undefined): Promise<string> {
  await readableDir(dir, user)
  const note = join(dir, 'home')
  const known = await readFile(note, 'utf8').catch(() => '')
  if (known !== '') return known.trim()
  if (user === undefined || (await reaches(dir, user))) return dir
  await mkdir(elsewhere, { recursive: true, mode: 0o755 })
  // A new name each time: a folder that was deleted and made again must not find its old data.
  const other = await readableDir(await mkdtemp(join(elsewhere, 'postgres-')), user)
  if (!(await reaches(other, user))) {
    throw new Failure(
      `the user postgres reaches neither ${dir} nor ${elsewhere}; choose another --data folder`,
    )
  }
  await writeAtomically(note, `${other}\n`, 0o600)
  return other
}

const reaches = (dir: string, user: SystemUser): Promise<boolean> =>
  promisify(execFile)('/usr/bin/test', ['-x', dir], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )

// The path of a Unix socket holds at most 107 bytes, `/.s.PGSQL.65535` included.
const longestSocketDir = 90

/** The folder of the admin socket: in the home, or under /tmp when that path is too long for a socket. */
export async function socketDirOf(home: string, user: SystemUser | undefined): Promise<string> {
  const near = join(home, 'socket')
  if (Buffer.byteLength(near) <= longestSocketDir) return writableDir(near, user)
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16)
  const far = join('/tmp', `parley-${name}`)
  const uid = user?.uid ?? process.getuid?.()
  const there = await lstat(far).catch(() => undefined)
  // Anybody may make folders in /tmp: one that is not ours alone is not used.
  if (there !== undefined && !(there.isDirectory() && there.uid === uid && (there.mode & 0o077) === 0)) {
    throw new Failure(`${far} is not ours; choose a shorter --data folder than ${dirname(home)}`)
  }
  return writableDir(far, user)
}
