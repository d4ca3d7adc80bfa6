import type { ApiClient } from '@parley/testkit'
import type { Person, Scene } from '../../product.ts'
import type { Broken } from '../breaks.ts'

/** What a failing operation is asked with. */
export interface Asking {
  readonly stage: Scene
  readonly ada: Person
  /** A bot of hers. */
  readonly bot: ApiClient & { readonly id: number }
  /** An account that may be deactivated. */
  readonly victim: number
  /** An account that was. */
  readonly gone: number
  /** A group that the owner made. */
  readonly group: number
  /** A field of profiles, so that taking it away comes to the values. */
  readonly field: number
  /** The headers of a session. */
  readonly session: Readonly<Record<string, string>>
  readonly queue: string
  readonly channel: number
  readonly message: number
}
export type Ask = (asking: Asking) => Promise<{ readonly status: number; readonly body: unknown }>

/** Operations with a request that fails by what is broken; null where one needs nothing that can break. */
export type Failing = Readonly<Record<string, readonly [Broken, Ask] | null>>
