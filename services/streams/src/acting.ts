import type { Actor } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import type { Renderer } from '@parley/markdown'

/** Who changes who is in which channels, after their turn has come. */
export interface Acting {
  readonly tx: Tx
  readonly actor: Actor
  readonly rights: Rights
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** Does the server let there be web-public channels? */
  readonly webPublic: boolean
  readonly renderer: Pick<Renderer, 'render'>
}
