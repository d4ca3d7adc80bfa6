import { ByTurns, type OrgId, type UserId } from '@parley/core'

/** Who wrote it. */
export interface Author {
  readonly orgId: OrgId
  readonly userId: UserId
}

/** What waits: organisations take turns, and in each those who wrote it. */
export class Line<T> {
  /** Whose turn it is, once for each that waits. */
  readonly #turns = new ByTurns<OrgId, OrgId>()
  readonly #within = new Map<OrgId, ByTurns<UserId, T>>()

  get size(): number {
    return this.#turns.size
  }

  /** How much of an organisation waits, and of one of its authors. */
  sizeOf({ orgId, userId }: Author): { readonly organisation: number; readonly author: number } {
    return {
      organisation: this.#turns.sizeOf(orgId),
      author: this.#within.get(orgId)?.sizeOf(userId) ?? 0,
    }
  }

  add({ orgId, userId }: Author, item: T): void {
    const own = this.#within.get(orgId) ?? new ByTurns<UserId, T>()
    this.#within.set(orgId, own)
    own.add(userId, item)
    this.#turns.add(orgId, orgId)
  }

  /** Of the organisation served longest ago, the first of whoever of it was; undefined where nothing waits. */
  take(): T | undefined {
    const org = this.#turns.take()
    if (org === undefined) return undefined
    const own = this.#within.get(org)
    const item = own?.take()
    if (own?.size === 0) this.#within.delete(org)
    return item
  }

  /** It waits no more; it must have. */
  drop({ orgId, userId }: Author, item: T): void {
    const own = this.#within.get(orgId)
    own?.drop(userId, item)
    this.#turns.drop(orgId, orgId)
    if (own?.size === 0) this.#within.delete(orgId)
  }
}
