import type { ChannelObject } from '@parley/api'

type Kind = Pick<ChannelObject, 'invite_only' | 'is_web_public'>

/** How far a channel is known without being in it: to nobody but who oversees it (0), to all members (1), to guests too (2). */
export const reach = ({ invite_only, is_web_public }: Kind): 0 | 1 | 2 =>
  invite_only ? 0 : is_web_public ? 2 : 1

/** Whether a change of kind makes members, and guests, who are not in the channel come to know of it, or cease to. */
export function learns(before: Kind, after: Kind): { readonly members: boolean; readonly guests: boolean } {
  const [least, most] = [Math.min(reach(before), reach(after)), Math.max(reach(before), reach(after))]
  return { members: least === 0 && most > 0, guests: least < 2 && most === 2 }
}
