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
    out.document(now === undefined ? { running: false, ready } : { running: true, ready, ...now })
    if (now === undefined) {
      out.say(`nothing runs in ${dir}`)
      return 1
    }
    out.say(`${now.url}  (${dir})`)
    for (const p of now.processes) {
      const where = `${p.address}:${p.port}`
      const again = p.restarts === 0 ? '' : `, restarted ${p.restarts}×`
      out.say(`  ${p.name.padEnd(12)} ${p.state.padEnd(8)} ${where.padEnd(16)} pid ${p.pid ?? '-'}${again}`)
    }
    return ready ? 0 : 1
  },
}
