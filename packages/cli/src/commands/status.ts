import { statfs } from 'node:fs/promises'
import type { Command } from '../command.ts'
import { askSupervisor } from '../supervisor/control.ts'
import { installationOf, Status } from './running.ts'

export const status: Command = {
  name: 'status',
  summary: 'show what runs; exit code 1 unless everything is ready',
  options: {},
  async run(input) {
    const { control, dir } = installationOf(input)
    const { out } = input
    const now = await askSupervisor(control, { ask: 'status' }, Status)
    const ready = now?.processes.length !== 0 && now?.processes.every((p) => p.state === 'ready') === true
    if (now === undefined) {
      out.document({ running: false, ready })
      out.say(`nothing runs in ${dir}`)
      return 1
    }
    const left = await freeBytes(dir)
    out.document({ running: true, ready, ...now, freeBytes: left })
    out.say(`${now.url}  (${dir})`)
    for (const p of now.processes) {
      const where = `${p.address}:${p.port}`
      const again = p.restarts === 0 ? '' : `, restarted ${p.restarts}×`
      out.say(`  ${p.name.padEnd(12)} ${p.state.padEnd(8)} ${where.padEnd(16)} pid ${p.pid ?? '-'}${again}`)
    }
    if (left < fewBytes)
      out.say(`  the disk of ${dir} is full, or nearly: ${Math.floor(left / mib)} MiB are left`)
    return ready ? 0 : 1
  },
}

const mib = 1024 * 1024
// What a busy hour of logs and of the database's own may take.
const fewBytes = 256 * mib

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}
