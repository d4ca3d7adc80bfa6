import { z } from 'zod'

const Operand = z.union([
  z
    .string()
    .max(1_000)
    // What no database text can hold matches nothing; it is refused instead.
    .refine((text) => !text.includes('\0') && text.isWellFormed()),
  z.int(),
  z.array(z.int()).max(500),
])

/** Some clients write `pm_with` (zulip-terminal 0.7): underlines are hyphens in these. */
const Operator = z
  .string()
  .max(50)
  .transform((word) =>
    /^(?:(?:group_)?pm_with|dm_including)$/.test(word) ? word.replaceAll('_', '-') : word,
  )

/** One term of a narrow as clients send it; operators and operands are understood by messaging. */
export const NarrowTerm = z.union([
  z.object({ operator: Operator, operand: Operand, negated: z.boolean().optional() }),
  // The legacy form: [operator, operand].
  z.tuple([Operator, Operand]).transform(([operator, operand]) => ({ operator, operand, negated: false })),
])
export type NarrowTerm = z.output<typeof NarrowTerm>

/** A narrow: terms that must all hold. */
export const Narrow = z.array(NarrowTerm).max(50)
export type Narrow = z.output<typeof Narrow>
