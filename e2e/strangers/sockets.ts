import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A socket that somebody listens on. */
export interface Listening {
  readonly pid: number
  readonly address: string
  readonly port: number
}

/** The processes that these started, and what those started, themselves included. */
export function descendants(pids: readonly number[]): ReadonlySet<number> {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]))
    } catch {
      // Gone meanwhile.
    }
  const found = new Set(pids)
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  return found
}

/** Numbers of the sockets that a process has open. */
function inodesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

const listening = '0A'
const rows = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))

/** Sockets these processes listen on, as the kernel has them: TCP of both kinds, and UDP, which nobody should have. */
export function listenersOf(pids: Iterable<number>): Listening[] {
  const owners = new Map([...pids].flatMap((pid) => inodesOf(pid).map((inode) => [inode, pid] as const)))
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    rows(`/proc/net/${kind}`).flatMap(([, local = '', , state, , , , , , inode = '']) => {
      const pid = owners.get(inode)
      if (pid === undefined || (kind.startsWith('tcp') && state !== listening)) return []
      const [address = '', port = ''] = local.split(':')
      return [{ pid, address: `${kind} ${addressOf(address)}`, port: Number.parseInt(port, 16) }]
    }),
  )
}

/** IPv4 is written as a little-endian number; others are kept as they are, being nobody's here. */
const addressOf = (hex: string): string =>
  hex.length === 8
    ? [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.')
    : `[${hex}]`

/** Paths of Unix sockets that these processes listen on. */
export function unixListenersOf(pids: Iterable<number>): string[] {
  const inodes = new Set([...pids].flatMap(inodesOf))
  // Flags 00010000: accepting connections.
  return rows('/proc/net/unix').flatMap(([, , , flags, , , inode = '', path]) =>
    flags === '00010000' && path !== undefined && inodes.has(inode) ? [path] : [],
  )
}
