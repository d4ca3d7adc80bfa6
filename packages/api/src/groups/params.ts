import { z } from 'zod'
import { json, optional } from '../param.ts'

/** Most people or groups that one request or value names. */
export const mostNamed = 10_000

export const ids = () => json(z.array(z.int()).max(mostNamed))

const Value = z.union([
  z.int(),
  z.strictObject({
    direct_members: z.array(z.int()).max(mostNamed).default([]),
    direct_subgroups: z.array(z.int()).max(mostNamed).default([]),
  }),
])
/** The value of a permission, in a request that makes something. */
export const groupSetting = () => optional(json(Value))
/** A change of one: what it shall be, and what the client believes it to be. */
export const groupSettingChange = () => optional(json(z.strictObject({ new: Value, old: Value.optional() })))
