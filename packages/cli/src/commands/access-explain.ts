import type { ExplainedAccess } from '@parley/api'
import { Failure, UsageError, type Command } from '../command.ts'
import { ask, installationOf, Status } from './running.ts'

/** What can be asked about, by the kind of its object. */
const actions: Readonly<Record<string, 'channel' | 'message' | 'group' | 'user'>> = {
  'channel:know': 'channel',
  'channel:view': 'channel',
  'channel:find': 'channel',
  'channel:read': 'channel',
  'channel:subscribe': 'channel',
  'channel:unsubscribe': 'channel',
  'channel:add-subscribers': 'channel',
  'channel:change': 'channel',
  'channel:delete-topic': 'channel',
  'message:send': 'channel',
  'message:read': 'message',
  'message:react': 'message',
  'message:answer': 'message',
  'message:change': 'message',
  'message:edit': 'message',
  'message:move-topic': 'message',
  'message:delete': 'message',
  'group:read': 'group',
  'group:edit': 'group',
  'group:change-members': 'group',
  'user:deactivate': 'user',
  'user:leave': 'user',
  'user:reactivate': 'user',
  'user:rename': 'user',
  'user:see': 'user',
  'user:set-role': 'user',
}

export const accessExplain: Command = {
  name: 'access explain',
  summary: 'say whether somebody may do something, and why',
  positionals: ['USER', 'ACTION', 'ID'],
  details: `USER is a user id, ID that of a channel, message, group or account; ACTION one of
${Object.keys(actions).join(' ')}
or all, for everything that can be asked about a channel. packages/access/policy.md explains the reasons.`,
  options: { org: { value: 'S', help: 'the subdomain of the organisation (default: the first one)' } },
  async run(input) {
    const [user = '', action = '', id = ''] = input.positionals
    if (![user, id].every((number) => /^\d{1,15}$/.test(number)))
      throw new UsageError('USER and ID must be whole numbers')
    const kind = action === 'all' ? 'channel' : actions[action]
    if (!kind) throw new UsageError(`no action ${action}; see --help`)
    const installation = installationOf(input)
    const status = await ask(installation, { ask: 'ready' }, Status)
    // Loaded when needed: they bring the link, and every other command starts without.
    const [{ withLink }, { explainAccess, explainAccessToPeople, findOrganisation }] = await Promise.all([
      import('../operator-link.ts'),
      import('@parley/api'),
    ])
    const subdomain = input.text('org') ?? null
    const { org } = await withLink(installation, status, 'auth', (link) =>
      link.call(findOrganisation, { subdomain }),
    )
    if (org === null) throw new Failure(`no organisation ${subdomain ?? ''}`)
    const asked = { org, user: Number(user), id: Number(id) }
    const said =
      kind === 'group' || kind === 'user'
        ? await withLink(installation, status, 'auth', (link) =>
            link.call(explainAccessToPeople, { ...asked, kind }),
          )
        : await withLink(installation, status, 'messaging', (link) =>
            link.call(explainAccess, { ...asked, kind }),
          )
    if (!said.user) throw new Failure(`no user ${user}`)
    if (!said.facts) throw new Failure(`no ${kind} ${id}`)
    // Some are decided in several ways, which stand behind the action's name.
    const decisions = said.decisions.filter((one) => action === 'all' || one.action.split(' ')[0] === action)
    const explained = { user: said.user, facts: said.facts, decisions }
    input.out.document(explained)
    for (const line of lines(explained)) input.out.say(line)
    return 0
  },
}

const words = { allow: 'yes', deny: 'no', hide: 'no, and answered as if there were no such thing' }

type Explained = { readonly [K in keyof ExplainedAccess]: NonNullable<ExplainedAccess[K]> }

function* lines({ user, facts, decisions }: Explained): Iterable<string> {
  for (const { action, verdict, reason } of decisions)
    yield `${action}: ${words[verdict]}${reason === null ? '' : ` (${reason})`}`
  const { role, active, bot, groups, full_from: fullFrom } = user
  yield `the user: role ${role}, ${active ? 'active' : 'deactivated'}${bot ? ', a bot' : ''}, in groups ${groups.join(' ')}`
  if (fullFrom !== null) yield `  not a full member until ${fullFrom}`
  for (const [fact, holds] of Object.entries(facts)) yield `  ${fact}: ${holds ? 'yes' : 'no'}`
}
