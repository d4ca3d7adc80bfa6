import { erased, type PassingDeclaration } from './passing.ts'
import { presenceTurned } from './presence.ts'
import { editTyping, typing } from './typing.ts'

/** Every kind of event that passes beside the log, by its type. */
export const passingDeclarations: ReadonlyMap<string, PassingDeclaration> = new Map(
  [erased(typing), erased(editTyping), erased(presenceTurned)].map((declaration) => [
    declaration.type,
    declaration,
  ]),
)
