import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, pathInt } from '../param.ts'
import { Draft, KeptDraft, maxDrafts } from './draft.ts'

const own = { service: 'messaging', access: 'self:use', limits: apiByUser, callers: ['gateway'] } as const

/** One's own drafts, the one edited last at the end. */
export const getDrafts = operation({
  ...own,
  id: 'get-drafts',
  method: 'GET',
  path: '/api/v1/drafts',
  transaction: 'read',
  params: {},
  response: z.object({ count: z.int(), drafts: z.array(KeptDraft) }),
})

/** Keeps drafts. */
export const createDrafts = operation({
  ...own,
  id: 'create-drafts',
  method: 'POST',
  path: '/api/v1/drafts',
  transaction: 'write',
  bodyLimit: 1024 * 1024,
  params: { drafts: json(z.array(Draft).max(maxDrafts)) },
  response: z.object({ ids: z.array(z.int()) }),
})

/** Puts another draft in the place of one. */
export const editDraft = operation({
  ...own,
  id: 'edit-draft',
  method: 'PATCH',
  path: '/api/v1/drafts/{draft_id}',
  transaction: 'write',
  bodyLimit: 192 * 1024,
  idempotent: true,
  params: { draft_id: pathInt(), draft: json(Draft) },
  response: z.object({}),
})

/** Throws a draft away. */
export const deleteDraft = operation({
  ...own,
  id: 'delete-draft',
  method: 'DELETE',
  path: '/api/v1/drafts/{draft_id}',
  transaction: 'write',
  params: { draft_id: pathInt() },
  response: z.object({}),
})
