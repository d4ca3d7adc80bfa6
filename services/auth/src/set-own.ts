import { authorize, type Granted, isAdmin } from '@parley/access'
import { automaticTopicSettings, type SettingValue, type updateSettings, userSettings } from '@parley/api'
import type { OrmTx } from '@parley/db'
import {
  accountSet,
  append,
  automaticTopicsChanged,
  emailVisibilityChanged,
  make,
  type NewEvent,
  shownEmailChanged,
  timeZoneSet,
  userRenamed,
} from '@parley/events'
import { commitAsked, commitInTurn, type Handling } from '@parley/kit'
import { askForEmail } from './change-email.ts'
import { changePassword, newPassword } from './change-password.ts'
import type { AuthContext } from './context.ts'
import { refusal } from './present/refusal.ts'
import { setEmailVisibility } from './repo/email-visibility.ts'
import { readOrganisation } from './repo/organisations.ts'
import { readOwnSettings, writeOwnSettings } from './repo/user-settings.ts'
import { renameOwn, setOwnTimeZone } from './repo/users.ts'
import { changedSettings } from './rules/changed-settings.ts'
import { fullName } from './rules/full-name.ts'

type Setting = Handling<typeof updateSettings, AuthContext, OrmTx>

/**
 * Changes what the account that acts set for itself.
 * @throws AppError BAD_REQUEST for what may not be
 */
export async function setOwn(handling: Setting): Promise<Record<string, never>> {
  const { input, principal, request, ctx } = handling
  const { full_name: name, email, old_password, new_password, timezone, ...wanted } = input
  const password = await newPassword(ctx, handling.granted, { old_password, new_password })
  // An address waits for a turn. An empty one is none that is wanted.
  const committed = email ? commitInTurn : commitAsked
  return committed(ctx, handling, async (tx, { actor, rights }) => {
    const verdict = authorize('self:set', actor, null, rights)
    if (!verdict.ok) throw refusal(verdict.reason)
    const { granted } = verdict
    if (email) await askForEmail(ctx, tx, { actor, rights }, email, request.url)
    const changed = changedSettings(userSettings, await readOwnSettings(tx, granted), wanted)
    if (Object.keys(changed).length > 0) await writeOwnSettings(tx, granted, changed)
    const events = [
      ...(name === undefined ? [] : await renamed(tx, granted, name)),
      ...(timezone === undefined ? [] : await placed(tx, granted, timezone)),
      ...Object.entries(changed).map(([property, value]) =>
        make(accountSet, { property, value }, { users: [granted.actor.userId] }),
      ),
      ...(automaticTopicSettings.some((property) => changed[property] !== undefined)
        ? [make(automaticTopicsChanged, { user_id: granted.actor.userId })]
        : []),
      ...(await shownTo(tx, granted, changed['email_address_visibility'])),
      ...(password ? await changePassword(ctx, tx, granted, principal, password) : []),
    ]
    if (events.length > 0) await append(tx, rights, events)
    return {}
  })
}

/** What is told where somebody lets others see their address than before. */
async function shownTo(
  tx: OrmTx,
  granted: Granted<'self:set'>,
  value: SettingValue | undefined,
): Promise<NewEvent[]> {
  if (typeof value !== 'number') return []
  const { userId: user_id } = granted.actor
  const shown = await setEmailVisibility(tx, granted, user_id, value)
  if (!shown) return []
  const { email, delivery_email, was } = shown
  return [
    make(emailVisibilityChanged, { user_id, delivery_email, was, email_address_visibility: value }),
    ...(was === 1 || value === 1 ? [make(shownEmailChanged, { user_id, new_email: email })] : []),
  ]
}

async function renamed(tx: OrmTx, granted: Granted<'self:set'>, given: string): Promise<NewEvent[]> {
  const name = fullName(given)
  const disabled = (await readOrganisation(tx))?.values['name_changes_disabled'] === true
  // As Zulip has it: the others keep the name, and are told of success.
  if (disabled && !isAdmin(granted.actor)) return []
  if (!(await renameOwn(tx, granted, name))) return []
  return [make(userRenamed, { user_id: granted.actor.userId, full_name: name })]
}

/** A time zone stands in the account's own settings, and with its name for everybody. */
async function placed(tx: OrmTx, granted: Granted<'self:set'>, timezone: string): Promise<NewEvent[]> {
  const { userId: user_id } = granted.actor
  const email = await setOwnTimeZone(tx, granted, timezone)
  if (email === null) return []
  return [
    make(accountSet, { property: 'timezone', value: timezone }, { users: [user_id] }),
    make(timeZoneSet, { user_id, email, timezone }),
  ]
}
