import { type OrgId, type Seq, seq } from '@parley/core'

/** What waits to be applied, joined per organisation: however often one is told, it is applied once. */
export class Dirty<Receipt> {
  readonly #waiting = new Map<OrgId, { to: Seq; receipts: Receipt[] }>()

  get size(): number {
    return this.#waiting.size
  }

  /** The log of `org` reaches `to`; the receipt is handed back when it is applied so far. */
  add(org: OrgId, to: Seq, receipt?: Receipt): void {
    const known = this.#waiting.get(org) ?? { to, receipts: [] }
    known.to = seq(Math.max(known.to, to))
    if (receipt !== undefined) known.receipts.push(receipt)
    this.#waiting.set(org, known)
  }

  /** Takes the organisation that waits longest. */
  take(): { org: OrgId; to: Seq; receipts: Receipt[] } | null {
    const [first] = this.#waiting
    if (!first) return null
    this.#waiting.delete(first[0])
    return { org: first[0], ...first[1] }
  }
}
