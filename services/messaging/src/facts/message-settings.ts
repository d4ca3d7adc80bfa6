import { type MessagePolicy, systemGroupId, type SystemGroupName } from '@parley/access'
import { groupId } from '@parley/core'
import type { Tx } from '@parley/db'

/** How the organisation deals with messages that were sent (Zulip API: realm settings). */
export interface MessageSettings extends MessagePolicy {
  /** Which former states of messages are shown. */
  readonly historyVisibility: 'all' | 'moves' | 'none'
}

const group = (name: SystemGroupName) => groupId(systemGroupId[name])
const day = 86_400

const defaults: MessageSettings = {
  allowEditing: true,
  editLimit: 600,
  deleteLimit: 600,
  moveWithinLimit: 7 * day,
  moveBetweenLimit: 7 * day,
  canMoveBetweenTopics: group('role:everyone'),
  canMoveBetweenChannels: group('role:members'),
  canResolveTopics: group('role:everyone'),
  canDeleteAny: group('role:administrators'),
  canDeleteOwn: group('role:everyone'),
  historyVisibility: 'all',
}

/** The organisation's settings: the defaults, as long as nothing changes them. */
export const readMessageSettings = async (_tx: Tx): Promise<MessageSettings> => defaults
