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
  /** Also tried in the small tier: the quickest of each invariant, but for 2 and 4, which take two minutes. */
  readonly small?: true
}
