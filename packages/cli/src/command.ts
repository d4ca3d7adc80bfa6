import { parseArgs } from 'node:util'
import type { Output } from './output.ts'

/** What a user typed wrong; ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What went wrong, said so that an operator can act on it; ends with exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

export interface Option {
  /** The placeholder of its value in the help; without one it is a flag. */
  value?: string
  help: string
}

export interface Command {
  /** As typed: one or two words. */
  name: string
  summary: string
  /** Positional arguments in order, `[NAME]` when it may be left out, `[NAME…]` for any number at the end. */
  positionals?: readonly string[]
  /** Further lines of the help. */
  details?: string
  options: Readonly<Record<string, Option>>
  /** Resolves to the exit code. */
  run(input: Input): Promise<number>
}

/** The parsed command line of one command, and where its answer goes. */
export interface Input {
  positionals: readonly string[]
  text(name: string): string | undefined
  flag(name: string): boolean
  /** A whole number between the bounds, or the fallback when absent. */
  whole(name: string, fallback: number, min: number, max: number): number
  out: Output
}

const common: Readonly<Record<string, Option>> = {
  data: { value: 'DIR', help: 'where the installation lives (default: .parley beside the command)' },
  json: { help: 'print one JSON document instead of text' },
  help: { help: 'show this help' },
}

const optionsOf = (command: Command): Record<string, Option> => ({ ...command.options, ...common })

/** Parses what follows the command's name; throws UsageError. Undefined when help was asked for. */
export function parseInput(command: Command, args: string[], out: Output): Input | undefined {
  const options = Object.fromEntries(
    Object.entries(optionsOf(command)).map(([name, o]) => [
      name,
      { type: o.value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const parsed = (() => {
    try {
      return parseArgs({ args, options, strict: true, allowPositionals: true })
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error))
    }
  })()
  if (parsed.values['help'] === true) return undefined
  // As a script's unset variable would say it: never the default.
  const empty = Object.entries(parsed.values).find(([, value]) => value === '')
  if (empty) throw new UsageError(`--${empty[0]} needs a value`)
  const wanted = command.positionals ?? []
  const needed = wanted.filter((name) => !name.startsWith('[')).length
  if (parsed.positionals.length < needed) {
    throw new UsageError(`missing ${wanted[parsed.positionals.length] ?? 'argument'}`)
  }
  if (parsed.positionals.length > wanted.length && !wanted.at(-1)?.endsWith('…]')) {
    throw new UsageError(`unexpected argument ${parsed.positionals[wanted.length] ?? ''}`)
  }
  const text = (name: string): string | undefined => {
    const value = parsed.values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    positionals: parsed.positionals,
    text,
    flag: (name) => parsed.values[name] === true,
    whole(name, fallback, min, max) {
      const raw = text(name)
      if (raw === undefined) return fallback
      const value = /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN
      if (!(value >= min && value <= max)) {
        throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`)
      }
      return value
    },
    out,
  }
}

/** The help page of one command. */
export function helpOf(command: Command): string {
  const rows = Object.entries(optionsOf(command)).map(
    ([name, o]) => [`--${name}${o.value === undefined ? '' : ` ${o.value}`}`, o.help] as const,
  )
  const usage = ['parley', command.name, ...(command.positionals ?? []), '[options]'].join(' ')
  return [
    command.summary,
    '',
    `Usage: ${usage}`,
    ...(command.details === undefined ? [] : ['', command.details]),
    '',
    'Options:',
    ...table(rows),
    '',
  ].join('\n')
}

/** The help page of the program. */
export function helpOfAll(commands: readonly Command[]): string {
  return [
    'Parley, a team-chat backend that speaks the Zulip API.',
    '',
    'Usage: parley COMMAND [options]',
    '',
    'Commands:',
    ...table(commands.map((c) => [c.name, c.summary] as const)),
    '',
    'parley COMMAND --help explains one. Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n')
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
