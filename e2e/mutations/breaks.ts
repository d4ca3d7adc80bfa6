import type { Break } from './breaks/break.ts'
import { content } from './breaks/content.ts'
import { decided } from './breaks/decided.ts'
import { kept } from './breaks/kept.ts'
import { log } from './breaks/log.ts'
import { overload } from './breaks/overload.ts'
import { revoked } from './breaks/revoked.ts'
import { strangers } from './breaks/strangers.ts'

/** Deliberate breaks of every invariant. */
export const breaks: readonly Break[] = [
  ...kept,
  ...log,
  ...decided,
  ...revoked,
  ...strangers,
  ...content,
  ...overload,
]
