import { authorize } from '@parley/access'
import { pictureKinds, uploadsSnapshot } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { readActor } from '@parley/db'
import { answer, stale } from '@parley/kit'
import type { Context } from '../context.ts'
import { shownPicture } from '../present/picture.ts'
import { readEmoji } from '../repo/emoji.ts'
import { type Pictures, readPictures } from '../repo/pictures.ts'

/** The keys of `register` that belong to images, for the wanted types (Zulip API: register-queue). */
export default answer<typeof uploadsSnapshot, Context>(uploadsSnapshot, ({ input, ctx }) =>
  ctx.database.at(orgId(input.org), input.snapshot, async (tx): Promise<Record<string, unknown>> => {
    const { actor, rights } = await readActor(tx, userId(input.user))
    const verdict = actor && authorize('organisation:read', actor, null, rights)
    if (!verdict?.ok) throw stale()
    const wants = (type: string): boolean => input.types === null || input.types.includes(type)
    return {
      ...(wants('realm_emoji') ? { realm_emoji: await readEmoji(tx, verdict.granted) } : {}),
      ...(wants('realm') ? picturesOf(tx.org, await readPictures(tx)) : {}),
    }
  }),
)

/** As in `register`: of each kind its address and its source. */
const picturesOf = (org: number, pictures: Pictures): Record<string, string> =>
  Object.fromEntries(
    pictureKinds.flatMap((kind) => {
      const { url, source } = shownPicture(org, pictures, kind)
      return [
        [`realm_${kind}_url`, url],
        [`realm_${kind}_source`, source],
      ]
    }),
  )
