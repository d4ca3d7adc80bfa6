import type { Actor } from '@parley/access'
import type { Clock, Rights } from '@parley/core'
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
  readonly renderer: Pick<Renderer, 'renderWithin' | 'renderAllWithin'>
  /** Of the call. */
  readonly signal: AbortSignal
}

interface Handled extends Pick<Acting, 'tx' | 'actor' | 'rights' | 'signal'> {
  readonly ctx: Pick<Acting, 'webPublic' | 'renderer'> & { readonly clock: Clock }
}

export const actingIn = ({ tx, actor, rights, signal, ctx }: Handled): Acting => ({
  tx,
  actor,
  rights,
  now: ctx.clock.now(),
  webPublic: ctx.webPublic,
  renderer: ctx.renderer,
  signal,
})
