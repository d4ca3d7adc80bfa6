import { UsageError, type Command } from '../command.ts'
import { ask, installationOf, Status } from './running.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'recompute the audit trees and compare them with what was recorded',
  details: 'Exit code 1 when a tree does not fit: something in it was changed, added or removed.',
  options: { org: { value: 'ID', help: 'only this organisation (0: the server itself)' } },
  async run(input) {
    const installation = installationOf(input)
    const wanted = input.text('org')
    if (wanted !== undefined && !/^\d{1,9}$/.test(wanted))
      throw new UsageError('--org must be a whole number')
    const status = await ask(installation, { ask: 'ready' }, Status)
    // Loaded when needed: they bring the link, and every other command starts without.
    const [{ withLink }, { listAudited, verifyAudit }] = await Promise.all([
      import('../operator-link.ts'),
      import('@parley/api'),
    ])
    const trees = await withLink(installation, status, 'audit', async (link) => {
      const orgs = wanted === undefined ? (await link.call(listAudited, {})).orgs : [Number(wanted)]
      const found = []
      for (const org of orgs) {
        input.out.progress(`verifying organisation ${org}`)
        found.push(await link.call(verifyAudit, { org }, { timeoutMs: 300_000 }))
      }
      return found
    })
    const ok = trees.every((tree) => tree.ok)
    input.out.document({ ok, trees })
    for (const { org, size, computed, fault } of trees) {
      input.out.say(`organisation ${org}: ${size} entries, ${fault ?? `good, root ${computed}`}`)
    }
    if (trees.length === 0) input.out.say('no organisation has an audit tree yet')
    return ok ? 0 : 1
  },
}
