import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Figure, markdown, type Table } from './figure.ts'
import { figures } from './registry.ts'

// Started by `parley bench`, on a core of its own: this process makes the load.
const { values, positionals } = parseArgs({
  options: {
    core: { type: 'string' },
    messages: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const core = z.coerce.number().int().nonnegative().parse(values.core)
const messages = z.coerce.number().int().positive().parse(values.messages)
const names = positionals.length > 0 ? positionals : Object.keys(figures)
const wrong = names.filter((name) => !(name in figures))
if (wrong.length > 0) {
  process.stderr.write(`no figure ${wrong.join(', ')}; there are ${Object.keys(figures).join(', ')}\n`)
  process.exit(2)
}
const measured = { figures: [] as Figure[], tables: [] as Table[] }
for (const name of names) {
  const progress = (line: string): void => void process.stderr.write(`${name}: ${line}\n`)
  const found = await figures[name]?.({ core, progress, messages })
  measured.figures.push(...(found?.figures ?? []))
  measured.tables.push(...(found?.tables ?? []))
}
process.stdout.write(
  values.json ? `${JSON.stringify({ figures: measured.figures }, null, 2)}\n` : `${markdown(measured)}\n`,
)
process.exitCode = measured.figures.every(({ ok }) => ok) ? 0 : 1
