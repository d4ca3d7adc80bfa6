/**
 * The organisation's rights moved between the decision and the append: nothing was written, and the runner of
 * packages/kit decides again. Never reaches a caller.
 */
export class StaleRights extends Error {
  override readonly name = 'StaleRights'

  constructor() {
    super('rights moved since the decision')
  }
}
