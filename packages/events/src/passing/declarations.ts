import type { PassingDeclaration } from './passing.ts'
import { presenceTurned } from './presence.ts'
import { editTyping, typing } from './typing.ts'

const any = <B>(declaration: PassingDeclaration<B>): PassingDeclaration =>
  declaration as unknown as PassingDeclaration

/** Every kind of event that passes beside the log, by its type. */
export const passingDeclarations: ReadonlyMap<string, PassingDeclaration> = new Map(
  [any(typing), any(editTyping), any(presenceTurned)].map((declaration) => [declaration.type, declaration]),
)
