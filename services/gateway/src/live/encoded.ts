import type { EventDeclaration, Viewer, WireEvent } from '@parley/events'

/** The whole JSON of an event for one viewer; those who get the same text share the object. */
export interface Wired {
  readonly seq: number
  readonly text: string
}

/** An event in one variant. */
export interface Shaped {
  /** Its JSON without the closing brace, so that fields of one user can follow. */
  readonly open: string
  readonly wire: WireEvent
  /** Whole, by the fields of one user: most users have the same. Frozen ones are found as they are, others by their JSON. */
  readonly whole: Map<string | Readonly<Record<string, unknown>>, Wired>
}

/** Encodes an event once per variant; null where viewers of the variant get nothing. */
export class Encoded {
  readonly #declaration: EventDeclaration
  readonly #body: unknown
  readonly #variants = new Map<string, Shaped | null>()
  readonly #grown: (bytes: number) => void

  /** `body` must have passed the declaration's schema. `grown` is told how many bytes a new text takes. */
  constructor(declaration: EventDeclaration, body: unknown, grown: (bytes: number) => void) {
    this.#declaration = declaration
    this.#body = body
    this.#grown = grown
  }

  for(viewer: Viewer): Shaped | null {
    const unseen = this.#ofUnseen(viewer)
    const key = `${unseen ? 'unseen ' : ''}${this.#declaration.variant(viewer)}`
    const known = this.#variants.get(key)
    if (known !== undefined) return known
    const wire = unseen
      ? (this.#declaration.ofUnseen?.(this.#body, viewer) ?? null)
      : this.#declaration.shape(this.#body, viewer)
    const shaped = wire && { open: JSON.stringify(wire).slice(0, -1), wire, whole: new Map() }
    this.#variants.set(key, shaped)
    this.#grown(shaped ? shaped.open.length * 2 : 50)
    return shaped
  }

  /** Does it tell of somebody whom the viewer does not see? */
  #ofUnseen({ sees }: Viewer): boolean {
    const who = sees && this.#declaration.tellsOf?.(this.#body)
    return typeof who === 'number' && sees !== null && !sees.has(who)
  }

  /** Fields of this viewer alone. */
  own(viewer: Viewer): Readonly<Record<string, unknown>> | null {
    return this.#declaration.own?.(this.#body, viewer) ?? null
  }

  /** The whole event, made once for all who have the same fields of their own. */
  wired(seq: number, shaped: Shaped, own: Readonly<Record<string, unknown>> | null): Wired {
    // What is frozen is the same object for all who have the same.
    const key = own && Object.isFrozen(own) ? own : JSON.stringify(own)
    const known = shaped.whole.get(key)
    if (known) return known
    const extra = own ? JSON.stringify(own).slice(1, -1) : ''
    const comma = extra === '' ? '' : ','
    const text = `${shaped.open}${comma}${extra},"id":${seq}}`
    const whole = { seq, text }
    shaped.whole.set(key, whole)
    this.#grown(text.length * 2 + 100)
    return whole
  }
}
