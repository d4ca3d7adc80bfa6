import { pictureKinds } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** The organisation has another icon or logo, or the one again that all begin with. */
export const pictureSet = event({
  type: 'organisation.picture-set',
  emitter: 'uploads',
  audience: 'organisation',
  body: z.object({ kind: z.enum(pictureKinds), url: z.string(), source: z.string() }),
  wire: ['realm'],
  shape: ({ kind, url, source }) => ({
    type: 'realm',
    op: 'update_dict',
    property: kind,
    data: { [`${kind}_url`]: url, [`${kind}_source`]: source },
  }),
})

/** The audited side: who changed which of them. */
export const pictureChanged = event({
  type: 'organisation.picture-changed',
  emitter: 'uploads',
  audience: 'nobody',
  audited: true,
  body: z.object({ kind: z.enum(pictureKinds), op: z.enum(['set', 'remove']), by: z.int() }),
})
