import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure, type Command } from '../command.ts'
import { installationOf } from './running.ts'

const pollMs = 250
const mostBytes = 256 * 1024

export const logs: Command = {
  name: 'logs',
  summary: 'show what the processes log',
  positionals: ['[SERVICE]'],
  details:
    'SERVICE as for restart, or supervisor; all of them without it, by time. The files are in DIR/logs.',
  options: {
    follow: { help: 'go on until interrupted' },
    lines: { value: 'N', help: 'how many of the last lines to start with (default: 50)' },
  },
  async run(input) {
    const { logs: folder } = installationOf(input)
    const wanted = input.positionals[0]
    const lines = input.whole('lines', 50, 0, 1_000_000)
    const choose = async (): Promise<string[]> =>
      (await readdir(folder).catch(() => []))
        .filter((file) => file.endsWith('.log'))
        .map((file) => file.slice(0, -4))
        .filter((name) => wanted === undefined || name === wanted || name.replace(/-\d+$/, '') === wanted)
        .sort()
    const names = await choose()
    if (names.length === 0)
      throw new Failure(`no logs ${wanted === undefined ? '' : `of ${wanted} `}in ${folder}`)
    const print = (name: string, text: string): void => {
      for (const line of text.split('\n')) {
        if (line === '') continue
        input.out.record({ process: name, line })
        input.out.say(names.length === 1 ? line : `${name.padEnd(12)} ${line}`)
      }
    }
    const seen = new Map<string, Place>()
    const last: Line[] = []
    for (const name of names) {
      const { text, place } = await readFrom(join(folder, `${name}.log`), undefined)
      last.push(
        ...dated(
          name,
          text
            .split('\n')
            .filter(Boolean)
            .slice(lines === 0 ? Infinity : -lines),
        ),
      )
      seen.set(name, place)
    }
    for (const { name, line } of last.sort((a, b) => a.at - b.at)) print(name, line)
    while (input.flag('follow') && !input.out.gone()) {
      await delay(pollMs)
      for (const name of await choose()) {
        const { text, place } = await readFrom(join(folder, `${name}.log`), seen.get(name) ?? start)
        seen.set(name, place)
        print(name, text)
      }
    }
    return 0
  },
}

interface Line {
  readonly name: string
  readonly line: string
  /** Unix milliseconds. */
  readonly at: number
}

/** What a line says of when it was: JSON's and the supervisor's, Postgres', NATS' and Redis', the last two by the machine's clock. */
const moments = [
  /"time":"([^"]{10,40})"/,
  /^(\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| UTC))/,
  /^\[\d+\] (\d{4}\/\d\d\/\d\d [\d:]+\.\d{3})/,
  /^\d+:\w (\d\d \w{3} \d{4} [\d:.]+)/,
]

/** Lines of one log with when they were; one that says nothing belongs to the one before. */
export function dated(name: string, lines: readonly string[]): Line[] {
  let at = 0
  return lines.map((line) => {
    const said = moments.map((moment) => Date.parse(moment.exec(line)?.[1] ?? '')).find((ms) => ms > 0)
    at = said ?? at
    return { name, line, at }
  })
}

interface Place {
  inode: number
  offset: number
}
const start: Place = { inode: 0, offset: 0 }

/** What came after `from` (undefined: the end of the file), whole lines only. A file that was rotated is read anew. */
async function readFrom(path: string, from: Place | undefined): Promise<{ text: string; place: Place }> {
  const { ino, size } = await stat(path).catch(() => ({ ino: 0, size: 0 }))
  const begin = from === undefined ? Math.max(0, size - mostBytes) : from.inode === ino ? from.offset : 0
  if (size <= begin) return { text: '', place: { inode: ino, offset: begin } }
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(size - begin, mostBytes))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, begin)
    const text = buffer.subarray(0, bytesRead).toString('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return { text: whole, place: { inode: ino, offset: begin + Buffer.byteLength(whole) } }
  } finally {
    await file.close()
  }
}
