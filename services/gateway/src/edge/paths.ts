import type { Method, Operation } from '@parley/api'

const roots = ['/api/v1', '/json'] as const

/** Which credential a path takes: an API key, a session, or whichever comes. */
export type Door = 'Basic' | 'Session' | 'Either'

/** One path with the operations on it, reachable at both doors. */
export interface Endpoint {
  /** As fastify writes it, e.g. `/api/v1/users/:user_id`. */
  readonly url: string
  readonly door: Door
  readonly operations: ReadonlyMap<Method, Operation>
  /** What `Allow` says. */
  readonly allowed: readonly string[]
}

/**
 * Every path of the declared operations: `/api/v1/…` with HTTP Basic and the same under `/json/…` with a session; what
 * stands at the root too is there with either.
 * @throws TypeError where two operations claim one method of one path, or a path is outside `/api/v1`
 */
export function endpoints(operations: readonly Operation[]): Endpoint[] {
  const byPath = new Map<string, Map<Method, Operation>>()
  for (const op of operations) {
    if (!op.path.startsWith(`${roots[0]}/`)) throw new TypeError(`${op.id}: outside ${roots[0]}`)
    const path = op.path.slice(roots[0].length).replaceAll(/\{(\w+)\}/g, ':$1')
    const methods = byPath.get(path) ?? new Map<Method, Operation>()
    if (methods.has(op.method)) throw new TypeError(`${op.id}: ${op.method} ${op.path} is taken`)
    methods.set(op.method, op)
    byPath.set(path, methods)
  }
  return [...byPath].flatMap(([path, methods]) => {
    const at = (url: string, door: Door, there: ReadonlyMap<Method, Operation>): Endpoint => ({
      url,
      door,
      operations: there,
      allowed: allowedOf([...there.keys()]),
    })
    const loaded = new Map([...methods].filter(([, { atRoot }]) => atRoot))
    return [
      at(roots[0] + path, 'Basic', methods),
      at(roots[1] + path, 'Session', methods),
      ...(loaded.size === 0 ? [] : [at(path, 'Either', loaded)]),
    ]
  })
}

/** The door that a request comes to: at the root, of a session where it brings no key. */
export const doorOf = (door: Door, authorization: string | undefined): 'Basic' | 'Session' =>
  door !== 'Either' ? door : authorization === undefined ? 'Session' : 'Basic'

function allowedOf(methods: readonly Method[]): string[] {
  const all = [...methods, 'OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : [])]
  return all.toSorted()
}

/** Does a request target fall on the endpoint, whatever its method? */
export function matches(endpoint: Endpoint, target: string): boolean {
  const path = target.split('?')[0] ?? ''
  const wanted = endpoint.url.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i])
  )
}
