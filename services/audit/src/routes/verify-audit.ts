import { verifyAudit } from '@parley/api'
import { orgId } from '@parley/core'
import { rootOf } from '@parley/crypto'
import { answer } from '@parley/kit'
import type { AuditContext } from '../context.ts'
import { readLeaves, readTree } from '../repo/tree.ts'
import { compare, start, step } from '../rules/verify.ts'

const leavesAtOnce = 2000

export default answer<typeof verifyAudit, AuditContext>(verifyAudit, async ({ input, ctx, signal }) =>
  // One snapshot, so that a leaf added meanwhile is either in both or in neither.
  ctx.database.read(orgId(input.org), async (tx) => {
    const recorded = await readTree(tx)
    let walk = start
    for (let index = 0; ; index += leavesAtOnce) {
      signal.throwIfAborted()
      const leaves = await readLeaves(tx, index, leavesAtOnce)
      walk = leaves.reduce(step, walk)
      if (leaves.length < leavesAtOnce) break
    }
    const fault = compare(walk, recorded)
    return {
      org: input.org,
      size: walk.frontier.size,
      recorded: rootOf(recorded).toString('hex'),
      computed: rootOf(walk.frontier).toString('hex'),
      ok: fault === null,
      fault,
    }
  }),
)
