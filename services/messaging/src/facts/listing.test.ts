import { operator } from '@parley/access'
import { orgId, rights } from '@parley/core'
import { expect, test } from 'vitest'
import { listing } from './listing.ts'

test('who is in use lists messages, a deactivated account does not', () => {
  const actor = operator(orgId(2))
  expect(listing(actor, rights(3))).toMatchObject({ action: 'message:list', actor, rights: 3 })
  expect(() => listing({ ...actor, isActive: false }, rights(3))).toThrow('Invalid message(s)')
})
