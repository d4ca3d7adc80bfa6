import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, type Role, role } from '../src/actor.ts'
import type { Decision } from '../src/decision.ts'
import { type Action } from '../src/action-objects.ts'
import { actions, decide } from '../src/rules.ts'
import { realmGroupsWith } from '../src/permission-settings.ts'
import { systemGroupsOf } from '../src/system-groups.ts'
import { decideForSpectator, type SpectatorAction, spectatorActions } from '../src/spectator.ts'
import { situations } from './situations.ts'
import type { Situation } from './situations/situation.ts'
import { spectating } from './situations/spectators.ts'

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
Who has no account does what \`spectator:\` names and nothing else; whatever they are refused is answered as to who is not logged in.
`

function cell<A extends Action>(action: A, as: Role, [, object, given]: Situation<A>): string {
  return printed(decide(action, actor(as, given), object))
}

function printed(decision: Decision): string {
  if (decision.ok) return '**yes**'
  return decision.kind === 'hide' ? `~~${decision.reason}~~` : `*${decision.reason}*`
}

/** Of who has no account, where anybody is let in and where nobody is. */
function spectatorSection<A extends SpectatorAction>(action: A): string {
  const spectator = (letIn: boolean) => ({ orgId: orgId(1), letIn, seesWriters: true })
  const rows = spectating[action].map(([name, object]) => {
    const cells = [true, false].map((letIn) => printed(decideForSpectator(action, spectator(letIn), object)))
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [`## ${action}`, '', '| | let in | not let in |', '|---|---|---|', ...rows, ''].join('\n')
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
    ...spectatorActions.map((action) => spectatorSection(action)),
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../policy.md')
})
