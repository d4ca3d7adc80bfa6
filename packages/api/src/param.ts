import { AppError } from '@parley/core'
import { z } from 'zod'
import { parseJsonText } from './json-text.ts'

/**
 * One parameter of an operation. `text`: the value is taken as it is; `json`: the value is a JSON
 * text (Zulip API: "JSON-encoded" parameters).
 */
export interface Param<T = unknown> {
  readonly schema: z.ZodType<T>
  readonly encoding: 'text' | 'json'
  readonly required: boolean
  /** Older names that clients still send. */
  readonly aliases: readonly string[]
  /** `path` parameters come from the route, the `file` from a multipart body, all others from query string or body. */
  readonly place: 'path' | 'field' | 'file'
  /** The file comes to the operation as what uploads has made of it. */
  readonly prepared?: true
}
export type Params = Readonly<Record<string, Param>>
export type InputOf<P extends Params> = { readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never }

const make = <T>(schema: z.ZodType<T>, encoding: 'text' | 'json'): Param<T> => ({
  schema,
  encoding,
  required: true,
  aliases: [],
  place: 'field',
})

/** A text without NUL and lone surrogates, at most `max` characters (default 10,000). */
export const text = (max = 10_000): Param<string> =>
  make(
    z
      .string()
      .refine((s) => !s.includes('\0') && s.isWellFormed(), { params: { zulip: 'invalid' } })
      .max(max),
    'text',
  )
/** A value encoded as JSON text, parsed by `schema`. */
export const json = <T>(schema: z.ZodType<T>): Param<T> => make(schema, 'json')
export const int = (min = 0, max = Number.MAX_SAFE_INTEGER): Param<number> => json(z.int().min(min).max(max))
export const bool = (): Param<boolean> => json(z.boolean())
/** One of a few words, sent bare. */
export const word = <const W extends readonly [string, ...string[]]>(words: W): Param<W[number]> =>
  make(z.enum(words), 'text')
/** A text in the path, decoded. */
export const pathText = (max: number): Param<string> => ({ ...text(max), place: 'path' })
/** A whole number in the path. */
export const pathInt = (): Param<number> => ({ ...json(z.int().min(0)), place: 'path' })

/** The one file of a multipart body, whatever its field is called, of at most `mib` MiB; undefined where there is none. */
export const file = (mib: number): Param<Uint8Array | undefined> => ({
  schema: z
    .instanceof(Uint8Array)
    .refine((bytes) => bytes.length <= mib * 1024 * 1024, { params: { mib } })
    .optional(),
  encoding: 'text',
  required: false,
  aliases: [],
  place: 'file',
})

/** The same for an operation of a service that decodes nothing: it gets what uploads has made of the image, if one came. */
export const preparedFile = (mib: number): Param<Uint8Array | undefined> => ({ ...file(mib), prepared: true })

export const optional = <T>(param: Param<T>): Param<T | undefined> => ({
  ...param,
  schema: param.schema.optional(),
  required: false,
})
/** JSON `null` is a value of its own to Zulip's clients; here it means the same as absent. */
export const nullable = <T>(param: Param<T>): Param<T | null | undefined> => ({
  ...param,
  schema: param.schema.nullish(),
  required: false,
})
export const withDefault = <T>(param: Param<T>, value: T): Param<T> => ({
  ...param,
  schema: param.schema.optional().transform((given) => given ?? value),
  required: false,
})
export const alias = <T>(param: Param<T>, ...names: readonly string[]): Param<T> => ({
  ...param,
  aliases: names,
})

/** What the edge hands over: path values and the fields of query string and body, all still texts. */
export interface RawInput {
  readonly path: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
  /** The file that came with it, in Base64: only for operations that take one. */
  readonly file?: string | undefined
}

interface Names {
  readonly named: readonly {
    readonly name: string
    readonly names: readonly string[]
    readonly param: Param
  }[]
  /** Every name that a field may have. */
  readonly fields: ReadonlySet<string>
}

const namesKnown = new WeakMap<Params, Names>()

/** The same for each request, so it is put together once. */
function namesOf(params: Params): Names {
  const known = namesKnown.get(params)
  if (known) return known
  const named = Object.entries(params).map(([name, param]) => ({
    name,
    names: [name, ...param.aliases],
    param,
  }))
  const fields = named.filter(({ param }) => param.place === 'field').flatMap(({ names }) => names)
  const made = { named, fields: new Set(fields) }
  namesKnown.set(params, made)
  return made
}

/**
 * Parses and checks every parameter of an operation.
 * @returns the input and the names of fields that no parameter has (Zulip: `ignored_parameters_unsupported`)
 * @throws AppError REQUEST_VARIABLE_MISSING, REQUEST_VARIABLE_INVALID, REQUEST_CONFUSING_VAR
 */
export function parseParams<P extends Params>(
  params: P,
  raw: RawInput,
): { input: InputOf<P>; ignored: string[] } {
  const { named, fields } = namesOf(params)
  const input: Record<string, unknown> = {}
  for (const { name, names, param } of named) {
    if (param.place === 'file') {
      input[name] = fileOf(name, param, raw.file)
      continue
    }
    const source = param.place === 'path' ? raw.path : raw.fields
    const given = names.filter((n) => Object.hasOwn(source, n))
    if (given.length > 1)
      throw new AppError(
        'REQUEST_CONFUSING_VAR',
        `Can't decide between '${given[0]}' and '${given[1]}' arguments`,
        {
          data: { var_name1: given[0], var_name2: given[1] },
        },
      )
    const used = given[0]
    const value = used === undefined ? undefined : decode(used, source[used] ?? '', param)
    if (value === undefined && param.required)
      throw new AppError('REQUEST_VARIABLE_MISSING', `Missing '${name}' argument`, {
        data: { var_name: name },
      })
    const parsed = param.schema.safeParse(value)
    if (!parsed.success) throw invalid(used ?? name, parsed.error.issues[0])
    if (parsed.data !== undefined) input[name] = parsed.data
  }
  const ignored = Object.keys(raw.fields).filter((name) => !fields.has(name))
  // The loop above filled every key of P from its own schema; the mapped type cannot be followed through it.
  return { input: input as InputOf<P>, ignored }
}

function fileOf(name: string, { schema }: Param, encoded: string | undefined): unknown {
  const parsed = schema.safeParse(encoded === undefined ? undefined : Buffer.from(encoded, 'base64'))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const mib: unknown = issue?.code === 'custom' ? issue.params?.['mib'] : undefined
  throw bad(name, `Uploaded file is larger than the allowed limit of ${String(mib)} MiB`)
}

function decode(name: string, value: string, param: Param): unknown {
  if (param.encoding === 'text') return value
  try {
    return parseJsonText(value)
  } catch {
    const kind = param.schema instanceof z.ZodNumber ? 'an integer' : 'valid JSON'
    throw bad(name, `${name} is not ${kind}`)
  }
}

const bad = (name: string, message: string): AppError =>
  new AppError('REQUEST_VARIABLE_INVALID', message, { data: { var_name: name } })

const typeNames: Readonly<Record<string, string>> = {
  int: 'an integer',
  number: 'an integer',
  boolean: 'a boolean',
  string: 'a string',
  array: 'a list',
  object: 'a dict',
  record: 'a dict',
}

/** Zulip's fixed English forms; clients and their tests rely on them. The value itself is never repeated. */
function invalid(name: string, issue: z.core.$ZodIssue | undefined): AppError {
  const at = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `["${String(key)}"]`))
    .join('')
  const where = name + at
  if (issue?.code === 'invalid_type')
    return bad(name, `${where} is not ${typeNames[issue.expected] ?? 'valid'}`)
  if (issue?.code === 'too_big' && issue.origin === 'string')
    return bad(name, `${where} is too long (limit: ${String(issue.maximum)} characters)`)
  if (issue?.code === 'too_small' && issue.origin === 'string') return bad(name, `${where} cannot be blank`)
  return bad(name, `Invalid ${where}`)
}
