/** One connected user as the log says now. */
export interface Person {
  readonly role: number
  readonly active: boolean
  readonly generation: number
  /** From where it sees its organisation: queues from before it moved are no more. */
  readonly vantage: number
  readonly channels: ReadonlySet<number>
  /** Whom it sees, by id; null for everybody. As long as its vantage stays, so does this. */
  readonly sees: ReadonlySet<number> | null
}
