import { type Action } from '../src/action-objects.ts'
import { ofChannels } from './situations/channels.ts'
import { ofMessages } from './situations/messages.ts'
import { ofPeople } from './situations/people.ts'
import type { Situation } from './situations/situation.ts'

/** For every action the situations that the printed policy shows. */
export const situations: { readonly [A in Action]: readonly Situation<A>[] } = {
  ...ofPeople,
  ...ofChannels,
  ...ofMessages,
}
