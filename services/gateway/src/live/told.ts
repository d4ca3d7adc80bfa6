import type { Audience, PassingDeclaration, PassingEvent, Viewer } from '@parley/events'
import type { Wired } from './encoded.ts'
import type { Addressed } from './visibility.ts'

/** An event that passed here, encoded once for all who get the same at the same place of the log. */
export class Told implements Addressed {
  readonly number: number
  /** When it came, on the monotonic clock. */
  readonly at: number
  /** What it takes in memory, about. */
  readonly bytes: number
  readonly #declaration: PassingDeclaration
  readonly #body: unknown
  readonly audience: Audience
  readonly userIds: readonly number[]
  readonly channelId: number | null
  /** JSON without the closing brace, by variant. */
  readonly #variants = new Map<string, readonly string[]>()
  #wired: { readonly head: number; readonly byVariant: Map<string, readonly Wired[]> } | null = null

  constructor(number: number, at: number, { declaration, body, users, channel }: PassingEvent) {
    this.number = number
    this.at = at
    this.#declaration = declaration
    this.#body = body
    this.audience = declaration.audience
    this.userIds = users
    this.channelId = channel
    // The body, and what is made of it for a few variants.
    this.bytes = 300 + JSON.stringify(body).length * 8 + users.length * 8
  }

  get type(): string {
    return this.#declaration.type
  }

  /** As a viewer gets it. @param head its id: the place up to which the viewer's queue has everything */
  wired(viewer: Viewer, head: number): readonly Wired[] {
    const opened = (): readonly string[] =>
      this.#declaration.shapes(this.#body, viewer).map((wire) => JSON.stringify(wire).slice(0, -1))
    const made = (open: string): Wired => ({ seq: head, text: `${open},"id":${head}}` })
    // Whom one sees is one's own: shared with nobody.
    if (viewer.sees) return opened().map(made)
    if (this.#wired?.head !== head) this.#wired = { head, byVariant: new Map() }
    const { byVariant } = this.#wired
    const key = this.#declaration.variant(viewer)
    const known = byVariant.get(key)
    if (known) return known
    const open = this.#variants.get(key) ?? opened()
    this.#variants.set(key, open)
    const wired = open.map(made)
    byVariant.set(key, wired)
    return wired
  }
}
