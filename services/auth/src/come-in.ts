import { type Granted, isGuestRole, isOperator } from '@parley/access'
import { type OrmTx, say, type Tx } from '@parley/db'
import { groupChanged, groupMembersAdded, make, type NewEvent } from '@parley/events'
import { addAccount, type NewAccount } from './add-account.ts'
import type { AuthContext } from './context.ts'
import { defaultChannels } from './facts/channels.ts'
import { addMembers } from './repo/groups.ts'
import { joinChannels, type Wanted } from './repo/new-channels.ts'
import { readOrganisation } from './repo/organisations.ts'
import type { AccountRow } from './repo/users.ts'
import { joinedEvents } from './rules/joined-events.ts'
import { saySignedUp } from './say-signed-up.ts'

type ComesIn = Granted<'user:create'> | Granted<'user:join'>

/** What becomes of a new account at once. */
export interface Entry extends Wanted {
  /** The organisation's address, without a slash at the end. */
  readonly url: string
  readonly groups: readonly Granted<'group:change-members'>[]
  /** What the bot says to it: nothing where it is empty, the organisation's own text where there is none. */
  readonly welcome?: string | null
  /** Who is told that it came. */
  readonly inviter?: number | null
}

/**
 * Makes an account, with everything that a new one gets: settings, channels, groups, and what is said of it. The last rows
 * of a change: it takes the head.
 * @returns its row, and the events that the caller appends
 * @throws AppError BAD_REQUEST where somebody has the address already
 */
export async function comeIn(
  ctx: AuthContext,
  tx: OrmTx,
  granted: ComesIn,
  account: NewAccount,
  entry: Entry,
): Promise<{ row: AccountRow; events: NewEvent[] }> {
  const { row, events } = await addAccount(ctx, tx, granted, account)
  const { url } = entry
  const values = (await readOrganisation(tx))?.values ?? {}
  await saySignedUp(tx, values, row.userId, url)
  const welcome = entry.welcome ?? String(values['welcome_message_custom_text'] ?? '').trim()
  if (welcome) await say(tx, { to: row.userId, topic: '', content: welcome, url })
  if (entry.inviter) {
    const content = `@_**|${row.userId}** accepted your invitation to join this organization!`
    await say(tx, { to: entry.inviter, topic: '', content, url })
  }
  for (const group of entry.groups) {
    await addMembers(tx, group, [row.userId])
    events.push(...inGroup(group, row.userId))
  }
  return { row, events: [...events, ...(await joinedNewChannels(tx, granted, row, entry))] }
}

/** Brings a new account into channels. @returns what the log says of it */
export async function joinedNewChannels(
  tx: Tx,
  granted: ComesIn,
  row: AccountRow,
  { defaults, channels }: Wanted,
): Promise<NewEvent[]> {
  // Guests come into none of them, so that nobody in them sees more.
  const defaultIds = defaults && !isGuestRole(granted.object.role) ? await defaultChannels(tx) : []
  const joined = await joinChannels(tx, granted, row, { defaults, channels, defaultIds })
  return joinedEvents(row.userId, joined, isOperator(granted.actor) ? null : granted.actor.userId)
}

const inGroup = ({ actor, object: { group } }: Granted<'group:change-members'>, user: number): NewEvent[] => [
  make(groupChanged, {
    group_id: group.groupId,
    did: 'members',
    added: [user],
    removed: [],
    permissions: {},
    by: actor.userId,
  }),
  make(groupMembersAdded, { group_id: group.groupId, user_ids: [user] }),
]
