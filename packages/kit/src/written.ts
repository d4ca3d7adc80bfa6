/** A text in pieces, each a string or bytes of UTF-8. */
export type TextPieces = readonly (string | Buffer)[]

declare const answerOf: unique symbol

/**
 * An answer that is JSON already: made of pieces that were held against the operation's schema when they were written,
 * each once for all who get it. For answers of thousands of objects, which would else be built, checked and written
 * anew for everybody who asks; as bytes they are not even made of letters anew.
 */
export class Written<Answer> {
  declare readonly [answerOf]: Answer
  readonly pieces: TextPieces

  constructor(pieces: TextPieces) {
    this.pieces = pieces
  }

  /** Where it is part of something that is written as a whole. */
  toJSON(): unknown {
    return JSON.parse(Buffer.concat(this.pieces.map((piece) => Buffer.from(piece))).toString())
  }
}
