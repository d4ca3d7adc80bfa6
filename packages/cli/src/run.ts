import { helpOf, helpOfAll, Failure, parseInput, UsageError, type Command } from './command.ts'
import { createOutput, type OutputOptions } from './output.ts'

type Streams = Pick<OutputOptions, 'stdout' | 'stderr'>

/** Runs the command line: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function run(commands: readonly Command[], args: string[], streams: Streams): Promise<number> {
  const { stdout, stderr } = streams
  // Who stops reading, as `| head` does, is no failure of the command.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  const words = args.findIndex((a) => a.startsWith('-'))
  const named = words === -1 ? args : args.slice(0, words)
  const command = commands.find((c) => c.name.split(' ').every((word, i) => named[i] === word))
  if (command === undefined) {
    const wantsHelp = args.length > 0 && named.length === 0 && (args[0] === '--help' || args[0] === '-h')
    if (named[0] === 'help' && named.length > 1)
      return await run(commands, [...named.slice(1), '--help'], streams)
    if (wantsHelp || named[0] === 'help') {
      stdout.write(helpOfAll(commands))
      return 0
    }
    stderr.write(named.length === 0 ? helpOfAll(commands) : unknown(commands, named))
    return 2
  }
  const out = createOutput({ stdout, stderr, json: args.includes('--json') })
  try {
    const input = parseInput(command, args.slice(command.name.split(' ').length), out)
    if (input === undefined) {
      stdout.write(helpOf(command))
      return 0
    }
    return await command.run(input)
  } catch (error) {
    out.done()
    if (error instanceof UsageError) {
      stderr.write(`parley ${command.name}: ${error.message}\nTry parley ${command.name} --help\n`)
      return 2
    }
    // A Failure is written for its reader; anything else is a defect and needs its stack.
    const text =
      error instanceof Failure ? error.message : error instanceof Error ? error.stack : String(error)
    stderr.write(`parley ${command.name}: ${text}\n`)
    return 1
  } finally {
    out.done()
  }
}

function unknown(commands: readonly Command[], named: readonly string[]): string {
  const group = commands.filter((c) => c.name.startsWith(`${named[0]} `)).map((c) => c.name)
  const names = group.length > 0 ? group : commands.map((c) => c.name)
  return `parley: no command ${named.join(' ')}\nCommands: ${names.join(', ')}\n`
}
