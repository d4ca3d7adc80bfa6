import type { Ids } from '@parley/core'
import type { Key } from '@parley/crypto'
import type { Database } from '@parley/db'
import type { AfterCommit } from '@parley/kit'
import type { Images } from './images/images.ts'

/** What the routes of this service work with. */
export interface Context {
  readonly ids: Ids
  readonly database: Database
  readonly afterCommit: AfterCommit
  readonly images: Images
  readonly masterKey: Key
}
