import { z } from 'zod'
import type { Operation } from './operation.ts'
import type { Param } from './param.ts'
import { featureLevel } from './version.ts'

type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 description of the declared operations: what is not built is not described. */
export function openApi(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const op of operations) {
    const path = (paths[op.path] ??= {})
    path[op.method.toLowerCase()] = describe(op)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version: String(featureLevel) },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'basic', description: 'E-mail address and API key' },
      },
      schemas: { Error: errorSchema },
    },
    paths,
  }
}

const errorSchema: Json = {
  type: 'object',
  required: ['result', 'msg'],
  properties: { result: { const: 'error' }, msg: { type: 'string' }, code: { type: 'string' } },
}

function describe(op: Operation): Json {
  const params = Object.entries(op.params)
  const asQuery = op.method === 'GET'
  const fields = params.filter(([, p]) => p.place === 'field')
  return {
    operationId: op.id,
    tags: [op.service],
    security: securityOf(op),
    parameters: [
      ...params.filter(([, p]) => p.place === 'path').map(([name, p]) => parameter('path', name, p)),
      ...(asQuery ? fields.map(([name, p]) => parameter('query', name, p)) : []),
    ],
    ...bodyOf(params, asQuery ? [] : fields),
    responses: {
      ...(op.redirects
        ? { 302: { description: 'Found', headers: { location: { schema: { type: 'string' } } } } }
        : { 200: { description: 'Success', content: json(success(op)) } }),
      default: { description: 'Error', content: json({ $ref: '#/components/schemas/Error' }) },
    },
    'x-limits': op.limits.map(({ by, count, seconds, given }) => ({
      by,
      count,
      seconds,
      ...(given ? { given } : {}),
    })),
    ...(op.since === undefined ? {} : { 'x-since': op.since }),
  }
}

/** Who has no account may ask for some of it. */
function securityOf(op: Operation): readonly Json[] {
  if (op.access === 'public') return []
  return op.spectators ? [{}, { apiKey: [] }] : [{ apiKey: [] }]
}

function bodyOf(
  params: readonly (readonly [string, Param])[],
  fields: readonly (readonly [string, Param])[],
): Json {
  const takesFile = params.some(([, p]) => p.place === 'file')
  if (takesFile) return { requestBody: { content: { 'multipart/form-data': { schema: fileSchema } } } }
  return fields.length === 0 ? {} : { requestBody: form(fields) }
}

/** One file, whatever its field is called. */
const fileSchema: Json = {
  type: 'object',
  properties: { filename: { type: 'string', format: 'binary' } },
}

const json = (schema: Json): Json => ({ 'application/json': { schema } })

function parameter(place: 'path' | 'query', name: string, param: Param): Json {
  const schema = schemaOf(param.schema, 'input')
  const value = param.encoding === 'json' && place === 'query' ? { content: json(schema) } : { schema }
  return { name, in: place, required: param.required, ...value }
}

function form(fields: readonly (readonly [string, Param])[]): Json {
  const properties = Object.fromEntries(fields.map(([name, p]) => [name, schemaOf(p.schema, 'input')]))
  const encoded = fields.filter(([, p]) => p.encoding === 'json')
  const schema = {
    type: 'object',
    properties,
    required: fields.filter(([, p]) => p.required).map(([name]) => name),
  }
  const encoding = Object.fromEntries(encoded.map(([name]) => [name, { contentType: 'application/json' }]))
  return {
    content: {
      'application/x-www-form-urlencoded': { schema, encoding },
      'multipart/form-data': { schema, encoding },
    },
  }
}

function success(op: Operation): Json {
  const envelope = {
    type: 'object',
    required: ['result', 'msg'],
    properties: {
      result: { const: 'success' },
      msg: { const: '' },
      ignored_parameters_unsupported: { type: 'array', items: { type: 'string' } },
    },
  }
  return { allOf: [envelope, schemaOf(op.response, 'output')] }
}

/** Transforms and refinements that JSON Schema cannot say are left open. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  })
  return rest
}
