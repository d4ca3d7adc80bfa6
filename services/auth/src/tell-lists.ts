import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import {
  append,
  domainChanged,
  linkifiersSet,
  make,
  type NewEvent,
  organisationListChanged,
  type OrganisationListChanged,
  playgroundsSet,
  profileFieldsSet,
} from '@parley/events'
import { readLinkifiers } from './repo/linkifiers.ts'
import { readPlaygrounds } from './repo/playgrounds.ts'
import { readProfileFields } from './repo/profile-fields.ts'

type Act = OrganisationListChanged['op']

/** Tells everybody of the fields of profiles as they are now, and audit of the act. @param id of the field, if it is about one */
export async function tellFields(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  op: Act,
  id: number | null,
  more: readonly NewEvent[] = [],
): Promise<void> {
  const told = make(profileFieldsSet, { fields: await readProfileFields(tx, granted) })
  await append(tx, granted.rights, [act(granted, 'profile_fields', op, id), told, ...more])
}

/** The same of playgrounds. */
export async function tellPlaygrounds(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  op: Act,
  id: number,
): Promise<void> {
  const told = make(playgroundsSet, { realm_playgrounds: await readPlaygrounds(tx, granted) })
  await append(tx, granted.rights, [act(granted, 'playgrounds', op, id), told])
}

/** The same of linkifiers. */
export async function tellLinkifiers(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  op: Act,
  id: number | null,
): Promise<void> {
  const told = make(linkifiersSet, { realm_linkifiers: await readLinkifiers(tx, granted) })
  await append(tx, granted.rights, [act(granted, 'linkifiers', op, id), told])
}

/** Tells everybody of one domain, and audit of the act. @param id of the domain */
export async function tellDomain(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  id: number,
  change: Parameters<typeof domainChanged.shape>[0],
): Promise<void> {
  const op = change.op === 'change' ? 'update' : change.op
  await append(tx, granted.rights, [act(granted, 'domains', op, id), make(domainChanged, change)])
}

const act = (
  { actor }: Granted<'organisation:change'>,
  list: OrganisationListChanged['list'],
  op: Act,
  id: number | null,
): NewEvent => make(organisationListChanged, { list, op, id, by: actor.userId })
