/** One deliberate break of an invariant, and the test that has to fail by it. */
export interface Break {
  readonly name: string
  /** Its number in docs/architecture.md; 7 is overload. */
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7
  readonly file: string
  /** Stands exactly once in the file. */
  readonly from: string
  readonly to: string
  /** The test file, and where it holds many, the beginning of a title. */
  readonly test: string
  readonly title?: string
  /** Also tried in the small tier: one for each invariant, the quickest. */
  readonly small?: true
}

export const breaks: readonly Break[] = [
  {
    name: 'a reader that is too slow is never let go',
    invariant: 7,
    file: 'services/gateway/src/live/event-socket.ts',
    from: 'if (socket.bufferedAmount > mostBuffered) {',
    to: 'if (socket.bufferedAmount > Infinity) {',
    test: 'e2e/overload/slow-reader.test.ts',
    title: 'a socket that reads too slowly',
    small: true,
  },
]
