import { realmGroupSettings } from '@parley/access'
import { organisationSettings, pictureKinds, RealmDomain } from '@parley/api'
import { z } from 'zod'
import type { Appliers } from './state.ts'

/** What the organisation sets about itself, to whom it gives permissions, and how that looks to older clients. */
export const told: readonly string[] = [
  ...Object.keys(organisationSettings),
  ...realmGroupSettings,
  'create_private_stream_policy',
  'create_public_stream_policy',
  'create_web_public_stream_policy',
  'wildcard_mention_policy',
  ...pictureKinds.flatMap((kind) => [`${kind}_url`, `${kind}_source`]),
]

/** Some stand in `register` by their own names. */
export const keyOf = (property: string): string =>
  property === 'max_message_length' || property === 'max_topic_length' ? property : `realm_${property}`

export const ofOrganisation: Appliers = {
  // The last thing that is heard of it: nobody is told more, nor registers.
  'realm deactivated'() {},
  'realm update'(state, event) {
    const { property, value } = z.looseObject({ property: z.string(), value: z.unknown() }).parse(event)
    if (told.includes(property)) state.realm[keyOf(property)] = value
  },
  'realm update_dict'(state, event) {
    for (const [name, value] of Object.entries(z.record(z.string(), z.unknown()).parse(event['data'])))
      state.realm[`realm_${name}`] = value
  },
  'realm_user_settings_defaults update'(state, event) {
    state.accountDefaults[String(event['property'])] = event['value']
  },
  realm_playgrounds(state, event) {
    state.playgrounds = event['realm_playgrounds']
  },
  'realm_domains add'(state, event) {
    const added = RealmDomain.parse(event['realm_domain'])
    state.domains[added.domain] = added
  },
  'realm_domains change'(state, event) {
    const changed = RealmDomain.parse(event['realm_domain'])
    state.domains[changed.domain] = changed
  },
  'realm_domains remove'(state, event) {
    delete state.domains[String(event['domain'])]
  },
  'realm_emoji update'(state, event) {
    state.emoji = event['realm_emoji']
  },
  realm_linkifiers(state, event) {
    state.linkifiers = event['realm_linkifiers']
  },
}
