import type { Draft } from '@parley/api'
import { normaliseTopic } from '@parley/markdown'

/** A draft as it is kept: its topic as one is stored, and when it was edited. @param now seconds since the Unix epoch */
export const keptDraft = (draft: Draft, now: number): Required<Draft> => ({
  ...draft,
  topic: draft.type === 'stream' ? normaliseTopic(draft.topic) : '',
  timestamp: draft.timestamp ?? now,
})
