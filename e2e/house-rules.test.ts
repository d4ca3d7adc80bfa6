import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../packages/cli/src/commands/commands.ts'
import { figures } from './load/registry.ts'

const root = resolve(import.meta.dirname, '..')
const all = globSync(['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'], {
  cwd: root,
  exclude: (f) => f.includes('generated'),
})
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('packages/testkit/')
const source = all
  .filter((file) => !isTest(file))
  .map((file) => ({ file, text: readFileSync(resolve(root, file), 'utf8') }))

/** Files (outside `allowed`) in which `pattern` stands, with the line. */
function breaches(pattern: RegExp, allowed: RegExp): string[] {
  return source
    .filter(({ file }) => !allowed.test(file))
    .flatMap(({ file, text }) =>
      text
        .split('\n')
        .flatMap((line, i) =>
          pattern.test(line) && !/^\s*(\*|\/\/)/.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [],
        ),
    )
}

const order = ['core', 'access', 'api', 'db', 'events', 'kit']
/** What each package may import; services may import all of `order`, crypto and markdown, never each other. */
const mayImport = (from: string): ReadonlySet<string> => {
  if (from === 'crypto' || from === 'markdown') return new Set(['core'])
  if (from === 'client') return new Set(['api', 'core'])
  const place = order.indexOf(from)
  if (place >= 0) return new Set([...order.slice(0, place), 'crypto'])
  if (from === 'cli') return new Set([...order, 'crypto'])
  return new Set([...order, 'crypto', 'markdown'])
}

test('imports go one way', () => {
  const wrong = source.flatMap(({ file, text }) => {
    const [kind = '', name = ''] = file.split('/')
    const allowed = mayImport(kind === 'services' ? '' : name)
    return [...text.matchAll(/from '@parley\/([\w-]+)'/g)]
      .map((m) => m[1] ?? '')
      .filter((to) => to !== name && !allowed.has(to))
      .map((to) => `${file} imports ${to}`)
  })
  expect(wrong).toEqual([])
})

test('a package imports another by its name, not by a path', () => {
  expect(breaches(/from '(\.\.\/)+(packages|services)\//, /^$/)).toEqual([])
})

test('no files import each other in a circle', () => {
  const imports = new Map(
    source.map(({ file, text }) => [
      file,
      [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, to = '']) => join(dirname(file), to)),
    ]),
  )
  // Whoever imports nobody that is left goes; those in a circle, and above one, stay.
  for (let before = -1; before !== imports.size;) {
    before = imports.size
    for (const [file, to] of imports) if (!to.some((one) => imports.has(one))) imports.delete(file)
  }
  expect([...imports.keys()]).toEqual([])
})

test('SQL stands only in repo/, facts/, packages/db and packages/events: nobody else can skip a check', () => {
  const sql = /[`'"]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|SET)\s+\w/
  expect(breaches(sql, /\/(repo|facts)\/|^packages\/(db|events|cli)\//)).toEqual([])
  expect(breaches(/from '(pg|@prisma\/[\w-]+)'/, /\/(repo|facts)\/|^packages\/(db|cli)\//)).toEqual([])
})

test('the environment is read only by configuration', () => {
  expect(breaches(/process\.env/, /\/(config|main)\.ts$|^packages\/(kit\/src\/config|cli)/)).toEqual([])
})

test('time and chance come in as arguments', () => {
  const pattern =
    /Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|hrtime|randomUUID\(|randomBytes\(|getRandomValues\(/
  expect(breaches(pattern, /^packages\/core\/src\/(clock|ids)\.ts$|^packages\/(cli|crypto)\//)).toEqual([])
})

test('NATS is spoken only by packages/events', () => {
  expect(breaches(/from '@nats-io\//, /^packages\/events\//)).toEqual([])
})

test('code and formulas are made in a thread beside the one that answers', () => {
  expect(breaches(/from '@parley\/markdown\/here'/, /^$/)).toEqual([])
  const makers = /^packages\/markdown\/src\/(here|typesetting\/thread)\.ts$/
  expect(breaches(/from '.*\/make\.ts'/, makers)).toEqual([])
})

test('nothing turns certificate checks off', () => {
  expect(breaches(/rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|sslmode=/, /^$/)).toEqual([])
})

test('no proof is made by a cast', () => {
  const makers = {
    Granted: /^packages\/access\/src\/grant\.ts$/,
    Made: /^services\/streams\/src\/repo\/channels\.ts$/,
    Seen: /^$/,
    Readable: /^services\/messaging\/src\/repo\/fetch\.ts$/,
    'Markable|Parts|Decided': /^services\/messaging\/src\/repo\/markable\.ts$/,
    Changed: /^services\/messaging\/src\/present\/changed\.ts$/,
    EncodedSend: /^services\/messaging\/src\/repo\/send-batch\.ts$/,
  }
  for (const [type, maker] of Object.entries(makers))
    expect(breaches(new RegExp(String.raw`\bas (unknown as )?(readonly )?(${type})\b`), maker)).toEqual([])
  // Casts to what fits anywhere, and copies whose type says that they are the original.
  expect(breaches(/\bas (never|any)\b/, /^packages\//)).toEqual([])
  expect(breaches(/(Object\.assign|structuredClone)\(.*(granted|seen|made|proof)/i, /^$/)).toEqual([])
})

test('no folder is called for what it is not', () => {
  expect(all.filter((file) => /\/(utils?|helpers?|lib|common|managers?)(\/|\.ts$)/.test(file))).toEqual([])
})

test('a service starts in fewer than 30 lines', () => {
  const long = source.filter(
    ({ file, text }) => /^services\/\w+\/src\/main\.ts$/.test(file) && text.split('\n').length > 30,
  )
  expect(long.map(({ file }) => file)).toEqual([])
})

test('no file is longer than 400 lines', () => {
  expect(source.filter(({ text }) => text.split('\n').length > 400).map(({ file }) => file)).toEqual([])
})

test('the project names no machine, registry or session', () => {
  expect(breaches(/\/work\/|\/tmp\/t1|registry\.npmjs|yarnpkg/, /^$/)).toEqual([])
})

/** A table of docs/testing.md whose rows name the tests that show them, and where the ids of its rows stand in tests. */
function tableOf(id: RegExp) {
  const tests = globSync(['{packages,services}/*/{src,test}/**/*.test.ts', 'e2e/**/*.test.ts'], { cwd: root })
  const shown = tests
    .filter((file) => !file.endsWith('house-rules.test.ts'))
    .flatMap((file) =>
      readFileSync(resolve(root, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/)/.test(line))
        .flatMap((line) =>
          [...line.matchAll(new RegExp(`\\b${id.source}\\b`, 'g'))].map(([found]) => `${found} ${file}`),
        ),
    )
  const text = readFileSync(resolve(root, 'docs/testing.md'), 'utf8')
  const rows = [...text.matchAll(new RegExp(`^\\| (${id.source}) \\|[^|]+\\| (.+) \\|$`, 'gm'))].map(
    ([, name = '', where = '']) => ({ id: name, where, files: where.match(/(?<=`)[^` ]+\.test\.ts/g) ?? [] }),
  )
  const named = rows.flatMap((row) => row.files.map((file) => `${row.id} ${file}`))
  return {
    shown,
    ids: rows.map((row) => row.id),
    missing: named.filter((pair) => !shown.includes(pair)),
    unexplained: rows.filter(({ where, files }) => files.length === 0 && !where.includes('waits: ')),
  }
}

test('the checks of texts and live delivery name the tests that there are', () => {
  const { ids, missing, unexplained } = tableOf(/(?:MD|WS)-\d\d/)
  expect({ missing, unexplained }).toEqual({ missing: [], unexplained: [] })
  const upTo = (kind: string, last: number): string[] =>
    Array.from({ length: last }, (_, i) => `${kind}-${String(i + 1).padStart(2, '0')}`)
  expect(ids).toEqual([...upTo('MD', 10), ...upTo('WS', 9)])
})

test('the checks of access name the tests that there are', () => {
  const { ids, missing, unexplained } = tableOf(/(?:AC|RO|BO|TE)-\d\d/)
  expect({ missing, unexplained }).toEqual({ missing: [], unexplained: [] })
  const upTo = (kind: string, last: number): string[] =>
    Array.from({ length: last }, (_, i) => `${kind}-${String(i + 1).padStart(2, '0')}`)
  expect(ids).toEqual([...upTo('AC', 17), ...upTo('RO', 4), 'BO-02', ...upTo('TE', 4)])
})

test('the fault matrix names the tests that there are', () => {
  const { shown, ids: rows, missing, unexplained } = tableOf(/F\d\d/)
  expect({ missing, unexplained }).toEqual({ missing: [], unexplained: [] })
  // By kind of fault, the first and the last of each.
  const spans = [
    [1, 8],
    [10, 15],
    [20, 23],
    [30, 36],
    [40, 43],
    [50, 53],
    [60, 64],
    [70, 82],
  ] as const
  const ids = spans.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, i) => `F${String(from + i).padStart(2, '0')}`),
  )
  expect(rows).toEqual(ids)
  expect(shown.filter((pair) => !ids.includes(pair.slice(0, 3)))).toEqual([])
})

test('what is written of the project names files, commands and measurements that there are', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  const named = (pattern: RegExp, isThere: (name: string) => boolean): string[] =>
    pages.flatMap((page) =>
      [...readFileSync(resolve(root, page), 'utf8').matchAll(pattern)].flatMap(([name]) =>
        isThere(name) ? [] : [`${page}: ${name}`],
      ),
    )
  const isCommand = (words: string): boolean =>
    commands.some(({ name }) => `${words} `.startsWith(`${name} `) || name === words)
  expect(
    named(/\b(?:e2e|infra|packages|services)\/[\w./-]*\.(?:ts|sql|md)\b/g, (file) =>
      existsSync(join(root, file)),
    ),
  ).toEqual([])
  expect(
    named(/(?<=vitest run[^`]* )e2e\/[\w/-]+/g, (filter) => existsSync(join(root, `${filter}.test.ts`))),
  ).toEqual([])
  expect(named(/(?<=\.\/parley )[a-z]+(?: [a-z-]+)?/g, isCommand)).toEqual([])
  expect(named(/(?<=\.\/parley bench )[a-z]+/g, (name) => name in figures)).toEqual([])
})
