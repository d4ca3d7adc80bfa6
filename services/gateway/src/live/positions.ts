/** Saves positions of an organisation's queues. @returns the queues that are no more */
export type SavePositions = (org: number, positions: ReadonlyMap<string, number>) => Promise<string[]>

/** How far queues are acknowledged, saved late and together. */
export class Positions {
  readonly #save: SavePositions
  readonly #onGone: (org: number, queueId: string) => void
  readonly #report: (error: unknown) => void
  #noted = new Map<number, Map<string, number>>()

  constructor(
    save: SavePositions,
    onGone: (org: number, queueId: string) => void,
    report: (error: unknown) => void,
  ) {
    this.#save = save
    this.#onGone = onGone
    this.#report = report
  }

  /** Somebody wants the queue, and has everything up to `position`. */
  note(org: number, queueId: string, position: number): void {
    const own = this.#noted.get(org) ?? new Map<string, number>()
    own.set(queueId, Math.max(position, own.get(queueId) ?? 0))
    this.#noted.set(org, own)
  }

  async flush(): Promise<void> {
    const noted = this.#noted
    this.#noted = new Map()
    for (const [org, positions] of noted)
      try {
        for (const queueId of await this.#save(org, positions)) this.#onGone(org, queueId)
      } catch (error) {
        // What was not saved is noted again; newer positions stay.
        for (const [queueId, position] of positions) this.note(org, queueId, position)
        this.#report(error)
      }
  }
}
