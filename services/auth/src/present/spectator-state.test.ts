import { defaultRealmGroups } from '@parley/access'
import { organisationSettings } from '@parley/api'
import { expect, test } from 'vitest'
import { spectatorState } from './spectator-state.ts'

const stateWith = (value: string) => {
  const organisation = {
    subdomain: 'acme',
    name: 'Acme',
    description: '',
    created_at: new Date(1_700_000_000_000),
    deactivated: false,
    groups: defaultRealmGroups,
    values: Object.fromEntries(Object.keys(organisationSettings).map((name) => [name, value])),
  }
  return spectatorState(organisation, '', { types: ['realm'], url: 'https://acme.example.org' })
}

test('AC-02 who has no account is told of these settings alone', () => {
  const [one, other] = [stateWith('none'), stateWith('disable_empty_topic')]
  const differ = Object.keys(one).filter((key) => one[key] !== other[key])
  expect(differ.toSorted()).toEqual([
    'realm_default_code_block_language',
    'realm_default_language',
    'realm_description',
    'realm_enable_guest_user_indicator',
    'realm_enable_spectator_access',
    'realm_inline_image_preview',
    'realm_inline_url_embed_preview',
    'realm_invite_required',
    'realm_mandatory_topics',
    'realm_name',
    'realm_org_type',
    'realm_topics_policy',
    'realm_want_advertise_in_communities_directory',
  ])
})
