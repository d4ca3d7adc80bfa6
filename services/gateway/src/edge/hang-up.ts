/** What is looked at of a response. */
interface Closing {
  readonly writableFinished: boolean
  once(event: 'close', then: () => void): unknown
}

/** Whether a client has gone before its answer was there. A signal is made for those alone who ask for one: it is dear. */
export class HangUp {
  #gone = false
  #then: (() => void) | null = null
  #controller: AbortController | null = null

  static of(response: Closing): HangUp {
    const hangUp = new HangUp()
    response.once('close', () => {
      if (!response.writableFinished) hangUp.now()
    })
    return hangUp
  }

  get gone(): boolean {
    return this.#gone
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#gone) this.#controller.abort()
    return this.#controller.signal
  }

  /** One at a time is told; null for nobody any more. */
  tell(then: (() => void) | null): void {
    this.#then = then
  }

  now(): void {
    this.#gone = true
    this.#controller?.abort()
    this.#then?.()
  }
}
