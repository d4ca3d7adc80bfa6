import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { commands } from './commands/commands.ts'
import { countReport } from './commands/test.ts'
import { Failure, type Command } from './command.ts'
import { checkout } from './installation.ts'
import { run } from './run.ts'

function streams(): { stdout: Writable; stderr: Writable; said: () => string; complained: () => string } {
  const parts: [string[], string[]] = [[], []]
  const into = (part: string[]): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        part.push(chunk.toString())
        done()
      },
    })
  return {
    stdout: into(parts[0]),
    stderr: into(parts[1]),
    said: () => parts[0].join(''),
    complained: () => parts[1].join(''),
  }
}

const greet: Command = {
  name: 'greet all',
  summary: 'say hello',
  positionals: ['NAME', '[TITLE]'],
  options: { times: { value: 'N', help: 'how often' }, loud: { help: 'in capitals' } },
  run(input) {
    const text = `hello ${input.positionals.join(' ')}`.repeat(input.whole('times', 1, 1, 3))
    if (input.positionals[0] === 'nobody') throw new Failure('nobody is there')
    input.out.document({ text })
    input.out.say(input.flag('loud') ? text.toUpperCase() : text)
    return Promise.resolve(0)
  },
}

const list: Command = {
  name: 'list',
  summary: 'say what was named',
  positionals: ['[NAME…]'],
  options: {},
  run(input) {
    input.out.say(input.positionals.join(' '))
    return Promise.resolve(0)
  },
}

test.each([[[]], [['a']], [['a', 'b', 'c']]])('any number of names: %s', async (names) => {
  const io = streams()
  expect(await run([list], ['list', ...names], io)).toBe(0)
  expect(io.said()).toBe(`${names.join(' ')}\n`)
})

describe('exit codes', () => {
  test.each([
    ['done', ['greet', 'all', 'Ada'], 0],
    ['failed', ['greet', 'all', 'nobody'], 1],
    ['no command', [], 2],
    ['an unknown command', ['grete'], 2],
    ['half a command', ['greet'], 2],
    ['an unknown option', ['greet', 'all', 'Ada', '--shout'], 2],
    ['an option without its value', ['greet', 'all', 'Ada', '--times'], 2],
    ['an option whose value is empty', ['greet', 'all', 'Ada', '--data', ''], 2],
    ['a number out of range', ['greet', 'all', 'Ada', '--times', '4'], 2],
    ['no number', ['greet', 'all', 'Ada', '--times', '1e0'], 2],
    ['a missing argument', ['greet', 'all'], 2],
    ['an argument too many', ['greet', 'all', 'Ada', 'Dr', 'x'], 2],
    ['help', ['greet', 'all', '--help'], 0],
    ['help on all', ['--help'], 0],
    ['help on all by a word', ['help'], 0],
    ['help by a word', ['help', 'greet', 'all'], 0],
    ['help on nothing there is', ['help', 'grete'], 2],
  ])('%s', async (_, args, code) => {
    const io = streams()
    expect(await run([greet], args, io)).toBe(code)
    expect(io.complained() === '').toBe(code === 0)
  })
})

test('a command whose answer nobody reads any more does its work, and knows', async () => {
  let known: boolean | undefined
  const talk: Command = {
    name: 'talk',
    summary: 'say much',
    options: {},
    async run(input) {
      input.out.say('to nobody')
      await setImmediate()
      input.out.say('more')
      known = input.out.gone()
      return 0
    },
  }
  const closed = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
  expect(await run([talk], ['talk'], { ...streams(), stdout: closed })).toBe(0)
  expect(known).toBe(true)
})

test('JSON is the only thing on stdout when it is asked for', async () => {
  const io = streams()
  await run([greet], ['greet', 'all', 'Ada', '--json'], io)
  expect(JSON.parse(io.said())).toEqual({ text: 'hello Ada' })
})

test.each(commands.map((c) => [c.name, c] as const))('%s explains itself', async (name, command) => {
  const io = streams()
  expect(await run(commands, [...name.split(' '), '--help'], io)).toBe(0)
  expect(io.said()).toContain(command.summary)
  for (const option of [...Object.keys(command.options), 'data', 'json', 'help']) {
    expect(io.said()).toContain(`--${option}`)
  }
})

test('help and a command’s name explain it as --help does', async () => {
  const [asked, named] = [streams(), streams()]
  await run([greet], ['greet', 'all', '--help'], asked)
  await run([greet], ['help', 'greet', 'all'], named)
  expect(named.said()).toBe(asked.said())
  expect(named.said()).toContain('Usage: parley greet all NAME')
})

test('a report counts tests, and files that failed as a whole', () => {
  const file = (name: string, status: string, ...states: string[]): unknown => ({
    name: join(checkout, name),
    status,
    assertionResults: states.map((state, i) => ({ status: state, fullName: `law ${i}` })),
  })
  const testResults = [
    file('a.test.ts', 'passed', 'passed', 'passed', 'skipped'),
    file('b.test.ts', 'failed', 'passed', 'failed', 'failed'),
    file('c.test.ts', 'failed'),
  ]
  expect(countReport(JSON.stringify({ testResults }))).toEqual({
    passed: 3,
    failed: 3,
    skipped: 1,
    names: ['b.test.ts: law 1', 'b.test.ts: law 2', 'c.test.ts'],
  })
})
