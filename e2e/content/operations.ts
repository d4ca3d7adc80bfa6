import { ofAccounts } from './operations/accounts.ts'
import { ofChannels } from './operations/channels.ts'
import { ofMessages } from './operations/messages.ts'
import { ofOrganisation } from './operations/organisation.ts'
import { ofOwn } from './operations/own.ts'
import { ofPeople } from './operations/people.ts'
import { ofQueues } from './operations/queues.ts'
import type { Failing } from './operations/asking.ts'

/** Every operation of the API with a request that fails by what is broken; null where it needs nothing that can break. */
export const failing: Failing = {
  ...ofAccounts,
  ...ofOrganisation,
  ...ofPeople,
  ...ofChannels,
  ...ofMessages,
  ...ofOwn,
  ...ofQueues,
}
