import type { Viewer } from '../event.ts'

/** Whose members are told to everybody alike, and whose to each apart: those whom the viewer sees. */
export const toWhomMembers = ({ sees }: Viewer): string => (sees ? 'limited' : '')

/** Of these people those whom the viewer sees. */
export const seenOf = ({ sees }: Viewer, users: readonly number[]): number[] =>
  users.filter((user) => sees?.has(user) ?? true)
