/**
 * Something has to be done before a transaction, for it takes long: whoever finds that out within one throws this, so that it
 * is given up. The runner of packages/kit does it while no connection is held, and decides everything again. Never reaches a
 * caller.
 */
export class Beforehand extends Error {
  override readonly name = 'Beforehand'
  readonly work: () => Promise<void>

  constructor(work: () => Promise<void>) {
    super('something has to be done before this transaction')
    this.work = work
  }
}
