import { call, operation, type ServiceName } from '@parley/api'
import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '../route.ts'

/** Everything a service answers, by operation or call id. */
export interface Mounted<C, T extends Tx> {
  readonly routes: ReadonlyMap<string, Route<C, T>>
  readonly calls: ReadonlyMap<string, CallRoute<C>>
}

/**
 * Checks what a service mounts before it starts.
 * @throws TypeError for a declaration with a hole, one of another service, and two of one id or path
 */
export function mount<C, T extends Tx>(
  service: ServiceName,
  routes: readonly Route<C, T>[],
  calls: readonly CallRoute<C>[],
): Mounted<C, T> {
  const taken = new Set<string>()
  const claim = (name: string): void => {
    if (taken.has(name)) throw new TypeError(`${service}: ${name} is mounted twice`)
    taken.add(name)
  }
  const own = (declared: { readonly id: string; readonly service: ServiceName }): string => {
    if (declared.service !== service)
      throw new TypeError(`${service}: ${declared.id} belongs to ${declared.service}`)
    claim(declared.id)
    return declared.id
  }
  return {
    routes: new Map(
      routes.map((route) => {
        // Declaring again runs its checks, so that what was made by a cast does not boot either.
        const { id, method, path, spectators } = operation(route.operation)
        if (spectators !== Boolean(route.spectator))
          throw new TypeError(`${service}: ${id} and its handler do not agree on who has no account`)
        claim(`${method} ${path}`)
        return [own(route.operation), route]
      }),
    ),
    calls: new Map(
      calls.map((mounted) => {
        call(mounted.call)
        return [own(mounted.call), mounted]
      }),
    ),
  }
}
