import { type OrgId, orgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { expect, test } from 'vitest'
import { createOrganisationLinkifiers } from './linkifiers.ts'
import type { KeptLinkifiers } from './repo/linkifiers.ts'

const acme = orgId(1)
const other = orgId(2)
const txOf = (org: OrgId): Tx => ({ org }) as Tx
const kept = (version: number): KeptLinkifiers => ({
  version,
  rules: version === 0 ? [] : [{ pattern: 'x', url_template: `https://x.org/${version}` }],
})

/** Organisations whose linkifiers may change, and who read them. */
function store(capacity?: number) {
  const versions = new Map<OrgId, number>([
    [acme, 1],
    [other, 1],
  ])
  const reads: [OrgId, boolean][] = []
  const load = async (org: OrgId, tx?: Tx): Promise<KeptLinkifiers> => {
    reads.push([org, tx !== undefined])
    return kept(versions.get(org) ?? 0)
  }
  const linkifiers = createOrganisationLinkifiers(load, async ({ org }) => versions.get(org) ?? 0, capacity)
  return { versions, reads, linkifiers }
}
const urls = async (found: ReturnType<ReturnType<typeof store>['linkifiers']['within']>) =>
  (await found).topicLinks('x').map(({ url }) => url)

test('read once for a version, for a later one again', async () => {
  const { versions, reads, linkifiers } = store()
  const both = await Promise.all([linkifiers.get(acme, 1), linkifiers.get(acme, 1)])
  expect(both[0]).toBe(both[1])
  expect(await linkifiers.within(txOf(acme))).toBe(both[0])
  expect(reads).toEqual([[acme, false]])
  versions.set(acme, 2)
  expect(await urls(linkifiers.within(txOf(acme)))).toEqual(['https://x.org/2'])
  expect(await urls(linkifiers.get(acme, 2))).toEqual(['https://x.org/2'])
  // Facts from before: what is found is later, and found out behind the head.
  expect(await urls(linkifiers.get(acme, 1))).toEqual(['https://x.org/2'])
  expect(reads.slice(1)).toEqual([
    [acme, true],
    [acme, false],
  ])
})

test('of an organisation that has none nothing is read', async () => {
  const { versions, reads, linkifiers } = store()
  versions.set(acme, 0)
  expect(await urls(linkifiers.get(acme, 0))).toEqual([])
  expect(await urls(linkifiers.within(txOf(acme)))).toEqual([])
  expect(reads).toEqual([])
})

test('those used longest ago are read anew', async () => {
  const { reads, linkifiers } = store(1)
  await linkifiers.get(acme, 1)
  await linkifiers.get(other, 1)
  await linkifiers.get(other, 1)
  await linkifiers.get(acme, 1)
  expect(reads.map(([org]) => org)).toEqual([acme, other, acme])
})
