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

/** What errors carry beside their code (contract: answers and errors), but for what repeats the value that was sent. */
const errorData: Readonly<Record<string, readonly (readonly string[])[]>> = {
  REQUEST_VARIABLE_MISSING: [['var_name']],
  REQUEST_VARIABLE_INVALID: [['var_name']],
  REQUEST_CONFUSING_VAR: [['var_name1', 'var_name2']],
  BAD_NARROW: [['desc']],
  BAD_EVENT_QUEUE_ID: [['queue_id']],
  STREAM_DOES_NOT_EXIST: [['stream'], ['stream_id']],
  CANNOT_DEACTIVATE_LAST_USER: [['entity', 'is_last_owner']],
  CANNOT_DEACTIVATE_GROUP_IN_USE: [['objections']],
  SYSTEM_GROUP_REQUIRED: [['setting_name']],
  EXPECTATION_MISMATCH: [['field_name']],
  INVITATION_FAILED: [['daily_limit_reached', 'errors', 'license_limit_reached', 'sent_invitations']],
  MOVE_MESSAGES_TIME_LIMIT_EXCEEDED: [
    ['first_message_id_allowed_to_move', 'total_messages_allowed_to_move', 'total_messages_in_topic'],
  ],
  CSRF_FAILED: [['reason']],
  CHANNEL_ALREADY_EXISTS: [['channel_name']],
  RATE_LIMIT_HIT: [['retry-after']],
}
const general = new Set(['result', 'msg', 'code', 'ignored_parameters_unsupported'])
const errorShape = z.looseObject({ result: z.literal('error'), msg: z.string(), code: z.string() })
function errorFaults(what: string, body: unknown): string[] {
  const parsed = errorShape.safeParse(body)
  if (!parsed.success) return [`${what}${parsed.error.message}`]
  const { code } = parsed.data
  const found = Object.keys(parsed.data)
    .filter((name) => !general.has(name))
    .toSorted()
  const wanted = errorData[code] ?? [[]]
  return wanted.some((names) => names.join() === found.join())
    ? []
    : [`${what}${code} with ${found.join() || 'nothing'}`]
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
 * Errors (4xx) are held against their general shape and the fields that belong to their code.
 */
export function contractFaults(method: string, path: string, status: number, body: unknown): string[] {
  api ??= Api.parse(JSON.parse(contractFile('api.json')))
  const operation = api.operations.find((o) => o.method === method && o.path === path)
  if (!operation) return [`${method} ${path} is not in the contract`]
  const what = `${method} ${path} ${status}: `
  const documented = operation.responses[String(status)]
  if (status >= 400) return errorFaults(what, body)
  if (documented === undefined) return [`${what}no such status in the contract`]
  return report(
    what,
    validator(`${method} ${path} ${status}`, () => documented),
    body,
  )
}

/** What is wrong with one event as a client received it: its fields by the one file, what stands in them by the other. */
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
  if (!reports.some((faults) => faults.length === 0)) return reports.flat()
  return withinFaults(`event ${head.type} ${op}: `, event)
}

const Polled = z.object({
  allOf: z.tuple([
    z.unknown(),
    z.object({
      properties: z.object({ events: z.object({ items: z.object({ oneOf: z.array(z.unknown()) }) }) }),
    }),
  ]),
})
/** What is wrong with what stands in an event, by the kind of event of the API's file that it is nearest to. */
function withinFaults(what: string, event: unknown): string[] {
  api ??= Api.parse(JSON.parse(contractFile('api.json')))
  const poll = api.operations.find((o) => o.method === 'GET' && o.path === '/events')
  const [, { properties }] = Polled.parse(poll?.responses['200']).allOf
  // That file does not know of the sender's own id of a message.
  const { local_message_id: _, ...known } = z.looseObject({}).parse(event)
  const reports = properties.events.items.oneOf.map((schema, i) =>
    report(
      what,
      validator(`kind of event ${i}`, () => schema),
      known,
    ),
  )
  return reports.reduce((least, faults) => (faults.length < least.length ? faults : least))
}
