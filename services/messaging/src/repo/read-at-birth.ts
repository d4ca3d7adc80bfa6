/**
 * Does a message count as read for the user without their reading it: their own, somebody's whom they muted then or later, or
 * a notice of a kind that they skip?
 * @param user the placeholder of whose
 * @param message SQL for its row
 */
export const readAtBirth = (user: string, message = 'm'): string =>
  bornRead(
    user,
    message,
    // Mostly nobody's: one look for all messages of a statement in place of one for each.
    `${message}.sender_id = ANY (ARRAY(SELECT own.sender_id FROM messaging.read_by_muting own
      WHERE own.org_id = nullif(current_setting('app.org', true), '')::integer AND own.user_id = ${user}))`,
  )

/** The same of several readers in one statement. @param user SQL for whose, another in each row */
export const readAtBirthOf = (user: string): string => bornRead(user, 'm', 'true')

const bornRead = (user: string, message: string, muted: string): string =>
  `(${message}.sender_id = ${user} AND ${message}.sender_read OR ${user} = ANY (${message}.read_by)
    OR ${message}.unread_for IS NOT NULL AND ${user} <> ALL (${message}.unread_for)
    OR ${muted} AND EXISTS (SELECT FROM messaging.read_by_muting q WHERE q.org_id = ${message}.org_id
      AND q.sender_id = ${message}.sender_id AND q.user_id = ${user} AND q.ranges @> ${message}.message_id))`
