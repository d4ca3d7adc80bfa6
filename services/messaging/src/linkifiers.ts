import type { OrgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { createLinkifiers, type Linkifiers } from '@parley/markdown'
import type { KeptLinkifiers } from './repo/linkifiers.ts'

/** The linkifiers of organisations, kept in memory, ready for texts. */
export interface OrganisationLinkifiers {
  /**
   * Those of the version that a send's facts tell, or later ones. Facts that have another version by now are found out
   * behind the head, so no send is written that was rendered by older ones than its transaction sees.
   * @throws AppError UNAVAILABLE where the database is not there
   */
  get(org: OrgId, version: number): Promise<Linkifiers>
  /** As an open transaction sees them. Whoever holds the head under the rights it decided on afterwards has the latest. */
  within(tx: Tx): Promise<Linkifiers>
}

interface Known {
  readonly version: number
  readonly linkifiers: Linkifiers
}

/** Of most organisations there are none, and nothing to keep. */
const none = createLinkifiers([])

/**
 * @param load an organisation's linkifiers with their version, read within a transaction where one is given
 * @param readVersion their version, as a transaction sees it; 0 where there never were any
 * @param capacity most organisations kept; those used longest ago go first
 */
export function createOrganisationLinkifiers(
  load: (org: OrgId, tx?: Tx) => Promise<KeptLinkifiers>,
  readVersion: (tx: Tx) => Promise<number>,
  capacity = 200,
): OrganisationLinkifiers {
  const organisations = new Map<OrgId, Known>()
  /** What is asked for while it is read is read once. */
  const loading = new Map<string, Promise<Linkifiers>>()

  const keep = (org: OrgId, known: Known): Linkifiers => {
    organisations.delete(org)
    organisations.set(org, known)
    if (organisations.size > capacity)
      for (const oldest of organisations.keys()) {
        organisations.delete(oldest)
        break
      }
    return known.linkifiers
  }
  const remembered = (org: OrgId, version: number): Linkifiers | null => {
    if (version === 0) return none
    const known = organisations.get(org)
    return known?.version === version ? keep(org, known) : null
  }
  const read = async (org: OrgId, tx?: Tx): Promise<Linkifiers> => {
    const { version, rules } = await load(org, tx)
    return remembered(org, version) ?? keep(org, { version, linkifiers: createLinkifiers(rules) })
  }

  return {
    async get(org, version) {
      const found = remembered(org, version)
      if (found) return found
      const key = `${org} ${version}`
      const reading = loading.get(key) ?? read(org).finally(() => loading.delete(key))
      loading.set(key, reading)
      return reading
    },
    within: async (tx) => remembered(tx.org, await readVersion(tx)) ?? read(tx.org, tx),
  }
}
