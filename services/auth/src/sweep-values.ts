import type { OrgId } from '@parley/core'
import type { AuthContext } from './context.ts'
import { sweepValues } from './repo/setting-values.ts'

/** Between two looks where nothing was left to do, milliseconds. */
export const lookEveryMs = 3_600_000
/** How long a value stays that no setting uses: longer than anything that was read by it is remembered. */
const keepMs = 24 * 3_600_000
/** How many go in one transaction. */
const mostAtOnce = 200

/**
 * Takes away some of an organisation's values of settings (groups without a name) that nothing refers to any more. Nobody is
 * told, for nobody is shown them. @returns how many
 * @throws AppError UNAVAILABLE without the database
 */
export const sweepUnusedValues = ({ database, clock }: Pick<AuthContext, 'database' | 'clock'>, org: OrgId) =>
  database.write(org, (tx) => sweepValues(tx, clock.now(), keepMs, mostAtOnce))
