import { z } from 'zod'

// Lists that stand for thousands of rows: looked at in one pass.

export const Numbers = z.custom<readonly number[]>(
  (list) => Array.isArray(list) && list.every(Number.isSafeInteger),
)
export const Texts = z.custom<readonly string[]>(
  (list) => Array.isArray(list) && list.every((text) => typeof text === 'string'),
)
