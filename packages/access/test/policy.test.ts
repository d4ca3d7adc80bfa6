import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, type Role, role } from '../src/actor.ts'
import { type Action, actions, decide } from '../src/grant.ts'
import { realmGroupsWith } from '../src/permission-settings.ts'
import { systemGroupsOf } from '../src/system-groups.ts'
import { type Situation, situations } from './situations.ts'

const roles: readonly (readonly [string, Role])[] = [
  ['owner', role.owner],
  ['administrator', role.admin],
  ['moderator', role.moderator],
  ['member', role.member],
  ['guest', role.guest],
]
const actor = (as: Role, given: Situation<Action>[2]): Actor => ({
  orgId: orgId(1),
  userId: userId(1),
  role: as,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(as),
  realmGroups: realmGroupsWith({ ...given }),
})

const head = `# Who may do what

Printed from the rules in \`src/actions\`; a test compares this page with them (\`vitest -u\` prints it anew).
**yes**: allowed. *A reason*: refused, and said so. ~~A reason~~: answered as if there were no such thing.
Accounts that are not active may do nothing. Lists hold what the rule for one object allows.
`

function cell<A extends Action>(action: A, as: Role, [, object, given]: Situation<A>): string {
  const decision = decide(action, actor(as, given), object)
  if (decision.ok) return '**yes**'
  return decision.kind === 'hide' ? `~~${decision.reason}~~` : `*${decision.reason}*`
}

function section<A extends Action>(action: A): string {
  const rows = situations[action].map(
    (situation) => `| ${situation[0]} | ${roles.map(([, as]) => cell(action, as, situation)).join(' | ')} |`,
  )
  const names = roles.map(([name]) => name).join(' | ')
  return [`## ${action}`, '', `| | ${names} |`, `|---|${'---|'.repeat(roles.length)}`, ...rows, ''].join('\n')
}

test('the printed policy is what the rules say', async () => {
  const page = [
    head,
    ...[...actions].sort((a, b) => a.localeCompare(b)).map((action) => section(action)),
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../policy.md')
})
