import { ByTurns, type OrgId, type UserId } from '@parley/core'

/** Who wrote it. Whoever has bots is one person with them. */
export interface Author {
  readonly orgId: OrgId
  readonly userId: UserId
  readonly botOwnerId: UserId | null
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
  sizeOf(by: Author): { readonly organisation: number; readonly author: number } {
    return {
      organisation: this.#turns.sizeOf(by.orgId),
      author: this.#within.get(by.orgId)?.sizeOf(personOf(by)) ?? 0,
    }
  }

  add(by: Author, item: T): void {
    const { orgId } = by
    const own = this.#within.get(orgId) ?? new ByTurns<UserId, T>()
    this.#within.set(orgId, own)
    own.add(personOf(by), item)
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
  drop(by: Author, item: T): void {
    const { orgId } = by
    const own = this.#within.get(orgId)
    own?.drop(personOf(by), item)
    this.#turns.drop(orgId, orgId)
    if (own?.size === 0) this.#within.delete(orgId)
  }
}

const personOf = ({ userId, botOwnerId }: Author): UserId => botOwnerId ?? userId
