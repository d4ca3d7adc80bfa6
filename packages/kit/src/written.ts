declare const answerOf: unique symbol

/**
 * An answer that is JSON already: made of pieces that were held against the operation's schema when they were written,
 * each once for all who get it. For answers of thousands of objects, which would else be built, checked and written
 * anew for everybody who asks.
 */
export class Written<Answer> {
  declare readonly [answerOf]: Answer
  readonly json: string

  constructor(json: string) {
    this.json = json
  }

  /** Where it is part of something that is written as a whole. */
  toJSON(): unknown {
    return JSON.parse(this.json)
  }
}
