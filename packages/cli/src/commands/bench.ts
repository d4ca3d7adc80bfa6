import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, type Command } from '../command.ts'
import { installMissing } from '../daemons/install.ts'
import { checkout } from '../installation.ts'

const usualMessages = 500_000

export const bench: Command = {
  name: 'bench',
  summary: 'measure the product beside what the machine can do; exit code 1 where a target is missed',
  positionals: ['[NAME…]'],
  details: `NAME is access, request, send, fanout, delay, flat, memory or seed; all of them unless given.
seed fills an organisation of 10,000 people and 5,000 channels with messages first.
Starts an installation of its own. Everything of it runs on one core (for seed on every one), the load comes from another: it needs two, and taskset.
Prints the tables of docs/performance.md; with --json {figures: [{id, value, unit, limit, ratio, target, ok}]}.`,
  options: {
    messages: { value: 'N', help: `how many messages seed makes (default: ${usualMessages})` },
  },
  async run(input) {
    const { positionals, out } = input
    const messages = input.whole('messages', usualMessages, 50_000, 100_000_000)
    const [core, other] = coresIn(await readFile('/proc/self/status', 'utf8'))
    if (core === undefined || other === undefined)
      throw new Failure('two cores are needed: one for the product, one for the load')
    await installMissing(out.progress)
    out.done()
    const main = join(checkout, 'e2e', 'load', 'main.ts')
    const asked = [
      '--core',
      String(core),
      '--messages',
      String(messages),
      ...(input.flag('json') ? ['--json'] : []),
      ...positionals,
    ]
    return await new Promise<number>((resolve, reject) => {
      const load = spawn('taskset', ['-c', String(other), process.execPath, main, ...asked], {
        cwd: checkout,
        stdio: 'inherit',
      })
      load.once('error', () => reject(new Failure('taskset is needed (Debian and Ubuntu: util-linux)')))
      load.once('close', (code) => resolve(code ?? 1))
    })
  },
}

/** The cores that this process may use, out of /proc/self/status (`0-2,5`). */
export function coresIn(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1]
  if (list === undefined) return []
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number)
    return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}
