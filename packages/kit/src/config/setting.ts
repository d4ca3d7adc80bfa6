import { statSync } from 'node:fs'
import { Secret } from '@parley/core'
import type { z } from 'zod'

/** One value of the environment: `X`, or `X_FILE` with the path of a file that holds it. */
export interface Setting<T> {
  readonly kind: 'setting'
  readonly env: string
  /** Completes "expected …" in the message for a wrong value. */
  readonly expected: string
  /** Present where the value may be left out. */
  readonly fallback?: T
  /** @returns undefined where the text is wrong */
  readonly parse: (text: string) => T | undefined
}

/** A configuration's shape: settings, grouped at will. */
export interface Settings {
  readonly [key: string]: Setting<unknown> | Settings
}

/** The plain data that `loadConfig` makes of settings. */
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : S[K] extends Settings ? ConfigOf<S[K]> : never
}

export const isSetting = (part: Setting<unknown> | Settings): part is Setting<unknown> =>
  part['kind'] === 'setting'

/** A setting of any kind; the functions below make the usual ones. */
export const setting = <T>(
  env: string,
  expected: string,
  parse: (text: string) => T | undefined,
): Setting<T> => ({ kind: 'setting', env, expected, parse })

/** The same setting, with a value for when it is not set. */
export const or = <T, F>(given: Setting<T>, fallback: F): Setting<T | F> => ({ ...given, fallback })

export const text = (env: string, expected: string, form: RegExp): Setting<string> =>
  setting(env, expected, (value) => (form.test(value) ? value : undefined))

export const whole = (env: string, min: number, max: number): Setting<number> =>
  setting(env, `a whole number from ${min} to ${max}`, (value) => {
    const n = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return n >= min && n <= max ? n : undefined
  })

export const decimal = (env: string, min: number, max: number): Setting<number> =>
  setting(env, `a number from ${min} to ${max}`, (value) => {
    const n = /^\d{1,12}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN
    return n >= min && n <= max ? n : undefined
  })

export const choice = <const W extends string>(env: string, words: readonly W[]): Setting<W> =>
  setting(env, `one of ${words.join(', ')}`, (value) => words.find((word) => word === value))

/** A secret of at least `min` characters, wrapped so that nothing prints it. */
export const secret = (env: string, min = 1): Setting<Secret> =>
  setting(env, `a secret of at least ${min} characters`, (value) =>
    value.length >= min ? new Secret(value) : undefined,
  )

/** An existing folder. */
export const folder = (env: string): Setting<string> =>
  setting(env, 'the path of an existing folder', (path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : undefined,
  )

export const url = (env: string, protocols: readonly string[]): Setting<string> =>
  setting(env, `a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`, (value) => {
    const parsed = URL.parse(value)
    return parsed && protocols.includes(parsed.protocol.slice(0, -1)) ? value : undefined
  })

/** A value in JSON, checked by `schema`. */
export const jsonValue = <T>(env: string, expected: string, schema: z.ZodType<T>): Setting<T> =>
  setting(env, expected, (value) => {
    try {
      return schema.safeParse(JSON.parse(value)).data
    } catch {
      return undefined
    }
  })

/** A comma-separated list of values of a form, at least one. */
export const list = (env: string, expected: string, form: RegExp): Setting<readonly string[]> =>
  setting(env, `${expected}, separated by commas`, (value) => {
    const items = value.split(',').map((item) => item.trim())
    return items.every((item) => form.test(item)) ? items : undefined
  })
