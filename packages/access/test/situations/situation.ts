import { type Action, type ActionObjects } from '../../src/action-objects.ts'
import type { RealmGroups } from '../../src/permission-settings.ts'

/** What the situation is, the object, and what the organisation gives to other groups than at first. */
export type Situation<A extends Action> = readonly [
  name: string,
  object: ActionObjects[A],
  given?: Partial<RealmGroups>,
]

/** For some actions the situations that the printed policy shows. */
export type SituationsOfSome = { readonly [A in Action]?: readonly Situation<A>[] }
