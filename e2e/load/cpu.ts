import { readdirSync, readFileSync } from 'node:fs'

interface Stat {
  readonly pid: number
  readonly parent: number
  /** CPU seconds, those of children that ended and were waited for included. */
  readonly seconds: number
}

/** Linux counts in hundredths of a second for everybody who asks by /proc. */
const ticksPerSecond = 100

function statOf(pid: number): Stat | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The second field is the program's name and may hold anything; the last `)` ends it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number)
  return { pid, parent: Number(fields[1]), seconds: (utime + stime + cutime + cstime) / ticksPerSecond }
}

/** CPU seconds by name of process. */
export type CpuByName = Readonly<Record<string, number>>

/**
 * CPU seconds that processes and everything below them have used so far.
 * @param roots by pid: a process that stands below another counts for the nearest name above it
 */
export function cpuOf(roots: ReadonlyMap<number, string>): CpuByName {
  const stats = new Map<number, Stat>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : null
    if (stat) stats.set(stat.pid, stat)
  }
  const nameOf = (pid: number): string | undefined => {
    for (let at = stats.get(pid); at; at = stats.get(at.parent)) {
      const name = roots.get(at.pid)
      if (name !== undefined) return name
    }
    return undefined
  }
  const sums: Record<string, number> = {}
  for (const { pid, seconds } of stats.values()) {
    const name = nameOf(pid)
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + seconds
  }
  return sums
}

export const cpuSince = (before: CpuByName, after: CpuByName): CpuByName =>
  Object.fromEntries(Object.entries(after).map(([name, sum]) => [name, sum - (before[name] ?? 0)]))

export const total = (cpu: CpuByName): number => Object.values(cpu).reduce((sum, one) => sum + one, 0)
