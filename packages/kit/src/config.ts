import { readFileSync } from 'node:fs'
import { type ConfigOf, type Setting, type Settings, isSetting } from './config/setting.ts'

/** Every wrong setting at once, each with the variable's name and what was expected; values are never repeated. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`configuration: ${problems.join('; ')}`)
    this.problems = problems
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a service's configuration: every setting from `X` or from the file named by `X_FILE`, never both.
 * @returns plain typed data in the shape of `settings`
 * @throws ConfigError with all problems at once
 */
export function loadConfig<S extends Settings>(settings: S, env: Environment = process.env): ConfigOf<S> {
  const problems: string[] = []
  const config = section(settings, env, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  // Built key by key from these very settings; the mapped type cannot be followed through the walk.
  return config as ConfigOf<S>
}

function section(settings: Settings, env: Environment, problems: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, part]) => [
      key,
      isSetting(part) ? one(part, env, problems) : section(part, env, problems),
    ]),
  )
}

function one(setting: Setting<unknown>, env: Environment, problems: string[]): unknown {
  const direct = env[setting.env]
  const file = env[`${setting.env}_FILE`]
  if (direct !== undefined && file !== undefined) {
    problems.push(`${setting.env} and ${setting.env}_FILE are both set: set one`)
    return undefined
  }
  const text = file === undefined ? direct : contentOf(setting.env, file, problems)
  if (text === undefined) {
    if (file !== undefined) return undefined
    if ('fallback' in setting) return setting.fallback
    problems.push(`${setting.env} is not set: expected ${setting.expected}`)
    return undefined
  }
  const value = setting.parse(text)
  if (value === undefined)
    problems.push(`${setting.env}${file === undefined ? '' : '_FILE'} is wrong: expected ${setting.expected}`)
  return value
}

/** Editors end files with a line break; a value never does. */
function contentOf(name: string, path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    problems.push(`${name}_FILE cannot be read (${code}): expected a file with ${name}`)
    return undefined
  }
}
