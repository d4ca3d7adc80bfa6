import { operations, type Param } from '@parley/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { contractAvailable, contractFile } from './contract.ts'

// What is declared of each operation beside what is published: parameters, how they are sent, which must be there, their
// values and what they are when absent; and every field of the answers, however deep. A difference stands below with its reason.
const Schema = z.looseObject({})
const Published = z.object({
  operations: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      parameters: z
        .array(
          z.object({
            name: z.string(),
            in: z.string(),
            required: z.boolean().default(false),
            json_encoded: z.boolean(),
            schema: Schema.default({}),
          }),
        )
        .default([]),
      requestBody: z
        .object({
          content: z.record(
            z.string(),
            z.object({
              json_encoded: z.array(z.string()).default([]),
              schema: z.looseObject({
                properties: z.record(z.string(), Schema).default({}),
                required: z.array(z.string()).default([]),
              }),
            }),
          ),
        })
        .optional(),
      responses: z.record(z.string(), z.unknown()),
    }),
  ),
})
type PublishedOperation = z.infer<typeof Published>['operations'][number]

const differences: Readonly<Record<string, string>> = {
  'GET /events: last_event_id is required': 'without it the contract itself has 400',
  'POST /drafts: drafts is required': 'no drafts are nothing to keep',
  'POST /drafts: no [].id of drafts': 'the answer gives ids; one that is sent says nothing',
  'PATCH /drafts/{draft_id}: no id of draft': 'the path says which; one that is sent says nothing',
  'POST /messages: to is not JSON': 'a bare name, id or address is taken too',
  'POST /channels/create: message_retention_days is not JSON': 'both a bare word and JSON are taken',
  'GET /messages: no narrow is another': 'none at all is the same as an empty one',
  'POST /messages/flags/narrow: no narrow is another': 'none at all is the same as an empty one',
  'POST /register: include_subscribers is not JSON': 'a word is taken bare too, for it may be `partial`',
  'POST /register: no include_subscribers is another': 'it is a word here, for it may be `partial`',
  'GET /users/me/subscriptions: no include_subscribers is another':
    'it is a word here, for it may be `partial`',
  'GET /users/me/subscriptions: no subscriptions[].partial_subscribers':
    'whole lists are given where a part is enough',
  'POST /realm/emoji/{emoji_name}: no parameter filename': 'the file is taken whatever its field is called',
  'GET /users/{user_id}/status: no status.away':
    'decision 58: who does not show when they are there does not show that',
  'POST /users/me/presence: no zephyr_mirror_active': 'there is no mirroring of Zephyr',
  'GET /users/me: no max_message_id': 'deprecated: decision 58',
}
/** What the gateway hands on as others make it; held against the contract where it comes from. */
const handedOn = new Set(['POST /register', 'GET /events'])
/** What is not built: files. */
const notBuilt = /^detached_uploads\[\]/

interface Shape {
  readonly fields: Set<string>
  readonly words: Map<string, Set<unknown>>
}
const Node = z.looseObject({
  $ref: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
})
/** Every field and every listed value that a schema knows, by its path. */
function shapeOf(schema: unknown, defs: Readonly<Record<string, unknown>> = {}): Shape {
  const shape: Shape = { fields: new Set(), words: new Map() }
  const walk = (at: string, value: unknown, depth: number): void => {
    const parsed = Node.safeParse(value)
    if (!parsed.success || depth > 24) return
    const { $ref: ref, properties, enum: listed, const: single, ...rest } = parsed.data
    if (ref !== undefined) walk(at, defs[ref.slice('#/$defs/'.length)], depth + 1)
    for (const kind of ['allOf', 'oneOf', 'anyOf', 'prefixItems']) {
      const several = z.array(z.unknown()).safeParse(rest[kind])
      if (several.success)
        for (const one of several.data) walk(kind === 'prefixItems' ? `${at}[]` : at, one, depth + 1)
    }
    for (const [name, inner] of Object.entries(properties)) {
      const field = at === '' ? name : `${at}.${name}`
      shape.fields.add(field)
      walk(field, inner, depth + 1)
    }
    walk(`${at}[]`, rest['items'], depth + 1)
    walk(`${at}.*`, rest['additionalProperties'], depth + 1)
    const words = listed ?? (single === undefined ? [] : [single])
    if (words.length > 0) shape.words.set(at, new Set([...(shape.words.get(at) ?? []), ...words]))
  }
  walk('', schema, 0)
  return shape
}
const ofZod = (schema: z.ZodType, io: 'input' | 'output'): Shape => {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return shapeOf(made, made.$defs)
}
const envelope = new Set(['result', 'msg', 'ignored_parameters_unsupported'])
const missingIn = (ours: Shape, theirs: Shape): string[] =>
  [...theirs.fields].filter((field) => !ours.fields.has(field) && !envelope.has(field))
const wordless = (ours: Shape, theirs: Shape): string[] =>
  [...theirs.words].flatMap(([at, words]) => {
    const known = ours.words.get(at)
    return known
      ? [...words].filter((word) => !known.has(word)).map((word) => `${String(word)} at ${at}`)
      : []
  })

interface Parameter {
  readonly required: boolean
  readonly json: boolean
  readonly schema: Record<string, unknown>
}
function publishedParameters(operation: PublishedOperation): Map<string, Parameter> {
  const all = new Map<string, Parameter>()
  for (const { name, in: place, required, json_encoded: json, schema } of operation.parameters)
    if (place !== 'path') all.set(name, { required, json, schema })
  for (const { schema, json_encoded: encoded } of Object.values(operation.requestBody?.content ?? {}))
    for (const [name, one] of Object.entries(schema.properties))
      all.set(name, {
        required: schema.required.includes(name),
        json: encoded.includes(name),
        schema: one,
      })
  return all
}

/** Numbers and truth values are written alike in JSON and as bare text. */
const alike = new Set<unknown>(['integer', 'number', 'boolean'])
function faultsOf(name: string, ours: Param | undefined, theirs: Parameter): string[] {
  if (!ours) return [`no parameter ${name}`]
  const shape = ofZod(ours.schema, 'input')
  const wanted = shapeOf(theirs.schema)
  const absent: unknown = ours.schema.safeParse(undefined).data
  const { default: usual, type } = theirs.schema
  return [
    ...(ours.required && !theirs.required ? [`${name} is required`] : []),
    ...(theirs.json && ours.encoding !== 'json' && !alike.has(type) ? [`${name} is not JSON`] : []),
    ...(usual === undefined || JSON.stringify(usual) === JSON.stringify(absent)
      ? []
      : [`no ${name} is another`]),
    ...missingIn(shape, wanted).map((field) => `no ${field} of ${name}`),
    ...wordless(shape, wanted).map((word) => `${name} is never ${word}`),
  ]
}

const bare = (path: string): string => path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, '{}')
function differencesFrom(published: PublishedOperation): string[] {
  const key = `${published.method} ${published.path}`
  const ours = operations.find(
    (o) => `${o.method} ${bare(o.path)}` === `${published.method} ${bare(published.path)}`,
  )
  if (!ours) return []
  const byName = new Map<string, Param>(
    Object.entries<Param>(ours.params).flatMap(([name, param]) =>
      [name, ...param.aliases].map((each) => [each, param] as const),
    ),
  )
  const given = [...publishedParameters(published)].flatMap(([name, theirs]) =>
    faultsOf(name, byName.get(name), theirs),
  )
  const answer = ofZod(ours.response, 'output')
  const wanted = shapeOf(published.responses['200'])
  const answered = handedOn.has(key)
    ? []
    : [
        ...missingIn(answer, wanted)
          .filter((field) => !notBuilt.test(field))
          .map((field) => `no ${field}`),
        ...missingIn(wanted, answer).map((field) => `${field} is not published`),
        ...wordless(wanted, answer).map((word) => `an answer may be ${word}`),
      ]
  return [...given, ...answered].map((fault) => `${key}: ${fault}`)
}

test.runIf(contractAvailable())(
  'every operation takes and gives what is published, but for what is listed',
  () => {
    const published = Published.parse(JSON.parse(contractFile('api.json')))
    const found = published.operations.flatMap(differencesFrom)
    expect([...new Set(found)].toSorted()).toEqual(Object.keys(differences).toSorted())
  },
)
