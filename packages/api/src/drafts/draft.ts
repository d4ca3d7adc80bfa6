import { z } from 'zod'

// What no database text can hold is refused.
const storable = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0') && text.isWellFormed())

/** Most drafts of one person. */
export const maxDrafts = 1_000

/** A message that is not sent yet (Zulip API: drafts). `to`: one channel, people, or nothing. */
export const Draft = z.object({
  type: z.enum(['', 'stream', 'private']),
  to: z.array(z.int().min(0).max(2_147_483_647)).max(500),
  topic: storable(1_000),
  content: storable(192 * 1024),
  /** Seconds since the Unix epoch: when it was last edited. */
  timestamp: z.int().min(0).max(100_000_000_000).optional(),
})
export type Draft = z.infer<typeof Draft>

export const KeptDraft = Draft.required().extend({ id: z.int() })
export type KeptDraft = z.infer<typeof KeptDraft>
