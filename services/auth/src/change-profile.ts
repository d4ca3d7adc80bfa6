import { type Granted, isAdmin } from '@parley/access'
import { type GivenValue, profileFieldTypes as type } from '@parley/api'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { hold, make, type NewEvent, profileChanged } from '@parley/events'
import { type Renderer, renderContext } from '@parley/markdown'
import { readProfileFields } from './repo/profile-fields.ts'
import { readNamed, writeProfile } from './repo/profiles.ts'
import { type WantedValue, wantedValues } from './rules/profile-value.ts'

interface Rendering {
  readonly renderer: Pick<Renderer, 'renderAllWithin'>
  /** Of the call. */
  readonly signal: AbortSignal
}

/**
 * Changes the profile that the proof is about, and takes the head for it, so that no field or option goes meanwhile.
 * @param rights what the proof was given under: whoever is named is there as long as they stand
 * @param url the organisation's
 * @returns what to tell everybody
 * @throws AppError BAD_REQUEST
 * @throws StaleRights where rights have moved since
 * @throws Beforehand where code or formulas have to be made first
 */
export async function changeProfile(
  tx: Tx,
  granted: Granted<'self:describe'> | Granted<'user:rename'>,
  rights: Rights,
  given: readonly GivenValue[],
  url: string,
  { renderer, signal }: Rendering,
): Promise<NewEvent[]> {
  const check = async (): Promise<WantedValue[]> =>
    wantedValues(await readProfileFields(tx, granted), given, isAdmin(granted.actor))
  const wanted = await check()
  await checkNamed(tx, granted, wanted)
  // Rendered while nobody waits, for a field never changes its type.
  const texts = wanted.map(({ field, value }) => (value !== null && isText(field.type) ? value : ''))
  // They link to nothing that a reader may not know of: no channels, no people.
  const context = renderContext({ organisationUrl: url })
  const rendered = renderer.renderAllWithin(granted.actor, texts, context, signal)
  const changes = wanted.map(({ field, value }, at) => ({
    field: field.id,
    value,
    rendered: texts[at] === '' ? null : (rendered[at]?.html ?? null),
  }))
  await hold(tx, rights)
  await check()
  const made = await writeProfile(tx, granted, changes)
  const user = granted.object ? granted.object.userId : granted.actor.userId
  return made.map(({ field, value, rendered }) =>
    make(profileChanged, { user_id: user, field: { id: field, value, rendered_value: rendered } }),
  )
}

const isText = (fieldType: number): boolean =>
  fieldType === type.SHORT_TEXT.id || fieldType === type.LONG_TEXT.id

/** Profiles name people who are there. */
async function checkNamed(
  tx: Tx,
  granted: Granted<'self:describe'> | Granted<'user:rename'>,
  wanted: readonly WantedValue[],
): Promise<void> {
  const ids = wanted.flatMap(({ users }) => users)
  if (ids.length === 0) return
  const named = new Map((await readNamed(tx, granted, ids)).map((user) => [user.id, user]))
  for (const id of ids) {
    const user = named.get(id)
    if (!user) throw badRequest(`Invalid user ID: ${id}`)
    if (!user.active) throw badRequest(`User with ID ${id} is deactivated`)
    if (user.bot) throw badRequest(`User with ID ${id} is a bot`)
  }
}
