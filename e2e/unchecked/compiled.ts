import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './repositories.ts'

/** Lines of code to compile together, each by itself but for the `preamble` before them. */
export interface Snippets {
  readonly preamble: readonly string[]
  /** By what they show. */
  readonly lines: ReadonlyMap<string, string>
}

/** What the compiler says of each line, as `TS2345: …`; `elsewhere`: of anything else. */
export interface Said {
  readonly of: ReadonlyMap<string, readonly string[]>
  readonly elsewhere: readonly string[]
}

/** Compiles with the project's own compiler and options, as one program. */
export async function compiled({ preamble, lines }: Snippets): Promise<Said> {
  const dir = mkdtempSync(join(tmpdir(), 'parley-snippets-'))
  try {
    writeFileSync(join(dir, 'snippets.mts'), [...preamble, ...lines.values(), ''].join('\n'))
    const compilerOptions = {
      typeRoots: [join(root, 'node_modules/@types')],
      noUnusedLocals: false,
      noUnusedParameters: false,
    }
    const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files: ['snippets.mts'] }
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config))
    const errors = await tsc(join(dir, 'tsconfig.json'))
    const names = [...lines.keys()]
    const of = new Map<string, string[]>(names.map((name) => [name, []]))
    const elsewhere: string[] = []
    for (const error of errors) {
      const [, line = '0', said = error] = /snippets\.mts\((\d+),\d+\): error (.*)$/.exec(error) ?? []
      const list = of.get(names[Number(line) - preamble.length - 1] ?? '')
      if (list) list.push(said)
      else elsewhere.push(error)
    }
    return { of, elsewhere }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The lines of the compiler's output that are errors. */
function tsc(config: string): Promise<string[]> {
  const program = join(root, 'node_modules/.bin/tsc')
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  return new Promise((resolve, reject) => {
    execFile(program, ['-p', config], { env: { PATH }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => /error TS\d+/.test(line))
      // It ends with 1 or 2 where it found errors; anything else is a failure to run.
      if (error && lines.length === 0) reject(new Error(`${error.message}\n${stdout}${stderr}`))
      else resolve(lines)
    })
  })
}
