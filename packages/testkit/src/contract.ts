import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { z } from 'zod'

/**
 * Holds answers and events against the published API's schemas. The files are read from beside the project
 * (`../shared/contract`, or the folder PARLEY_CONTRACT names); they are not part of it.
 */
const folder = process.env['PARLEY_CONTRACT'] ?? resolve(import.meta.dirname, '../../../../shared/contract')

const Api = z.object({
  operations: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      responses: z.record(z.string(), z.unknown()),
    }),
  ),
})
const Events = z.object({
  events: z.array(z.object({ type: z.string(), op: z.string().nullable(), schema: z.unknown() })),
})

/** A file of the contract's folder as text. @throws Error that says where it was looked for */
export function contractFile(name: string): string {
  try {
    return readFileSync(resolve(folder, name), 'utf8')
  } catch (cause) {
    throw new Error(`the API contract is not at ${folder}: set PARLEY_CONTRACT to its folder`, { cause })
  }
}

/** Is the contract there? Outside CI its tests may be skipped without it. */
export function contractAvailable(): boolean {
  if (process.env['CI']) return true
  try {
    contractFile('api.json')
    return true
  } catch {
    return false
  }
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })

/** OpenAPI 3.0 writes "or null" as `nullable`; JSON Schema as a type. */
function withNull(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNull)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, ...rest } = schema as Record<string, unknown>
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withNull(value)]))
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner
}

const compiled = new Map<string, ValidateFunction>()
function validator(key: string, schema: () => unknown): ValidateFunction {
  const found = compiled.get(key) ?? ajv.compile(withNull(schema()) as object)
  compiled.set(key, found)
  return found
}

let api: z.infer<typeof Api> | undefined
let events: z.infer<typeof Events> | undefined

const report = (what: string, check: ValidateFunction, value: unknown): string[] =>
  check(value)
    ? []
    : (check.errors ?? []).map(
        (e) => `${what}${e.instancePath} ${e.message ?? ''} ${JSON.stringify(e.params)}`,
      )

/**
 * What is wrong with an answer to `method path` (path as in the contract, e.g. `/users/{user_id}`).
 * Errors (4xx) are held against their documented schema where there is one, else against the general error shape.
 */
export function contractFaults(method: string, path: string, status: number, body: unknown): string[] {
  api ??= Api.parse(JSON.parse(contractFile('api.json')))
  const operation = api.operations.find((o) => o.method === method && o.path === path)
  if (!operation) return [`${method} ${path} is not in the contract`]
  const what = `${method} ${path} ${status}: `
  const documented = operation.responses[String(status)]
  if (status >= 400) {
    const shape = z.object({ result: z.literal('error'), msg: z.string(), code: z.string() })
    const parsed = shape.safeParse(body)
    return parsed.success ? [] : [`${what}${parsed.error.message}`]
  }
  if (documented === undefined) return [`${what}no such status in the contract`]
  return report(
    what,
    validator(`${method} ${path} ${status}`, () => documented),
    body,
  )
}

/** What is wrong with one event as a client received it. */
export function eventFaults(event: unknown): string[] {
  events ??= Events.parse(JSON.parse(contractFile('events.json')))
  const head = z.object({ type: z.string(), op: z.string().optional() }).parse(event)
  const op = head.op ?? ''
  // One type may have several models: a message of a channel and one of people.
  const known = events.events.filter((e) => e.type === head.type && e.op === (head.op ?? null))
  if (known.length === 0) return [`event ${head.type} ${op} is not in the contract`]
  const reports = known.map(({ schema }, i) =>
    report(
      `event ${head.type} ${op}: `,
      validator(`event ${head.type} ${op} ${i}`, () => schema),
      event,
    ),
  )
  return reports.some((faults) => faults.length === 0) ? [] : reports.flat()
}
