import { z } from 'zod'
import { optional, text } from '../param.ts'

/** Kinds of emoji: of Unicode, the organisation's own, and the one that is neither. */
export const ReactionType = z.enum(['unicode_emoji', 'realm_emoji', 'zulip_extra_emoji'])
export type ReactionType = z.infer<typeof ReactionType>

/** A reaction as message objects hold it. */
export const Reaction = z.object({
  emoji_name: z.string(),
  emoji_code: z.string(),
  reaction_type: ReactionType,
  user_id: z.int(),
})
export type Reaction = z.infer<typeof Reaction>

/** An emoji as clients name it; what is not given is looked up by the name. */
export const emojiParams = {
  emoji_code: optional(text(100)),
  reaction_type: optional(text(100)),
}
