import type { Seeded } from '../../../testkit/src/delivery/seeded.ts'
import type { Organisation, Question, RoleNumber } from './organisation.ts'
import { someKind, somePermissions } from './random.ts'

const whole: readonly [RoleNumber, ...RoleNumber[]] = [100, 200, 300, 400, 600]
const emails = [
  'a@one.example',
  'a@sub.one.example',
  'a@notone.example',
  'a+b@one.example',
  'a@deep.sub.two.example',
  'a@two.example',
  'a@throwaway.test',
] as const
const whom = ['nobody', 'oneself', 'others'] as const

type Asking = (random: Seeded, organisation: Organisation, by: number) => Question

const person = (random: Seeded, { people }: Organisation): number => 1 + random.below(people.size + 1)
const channel = (random: Seeded, { channels }: Organisation): number => 1 + random.below(channels.size + 1)
const message = (random: Seeded, { messages }: Organisation): number => 1 + random.below(messages.size + 1)
const group = (random: Seeded, { groups }: Organisation): number => 101 + random.below(groups.size + 1)

const asking: readonly Asking[] = [
  ...(
    [
      'channel:know',
      'channel:view',
      'channel:find',
      'channel:read',
      'channel:subscribe',
      'channel:add-subscribers',
      'channel:delete-topic',
      'channel:send',
    ] as const
  ).map((act): Asking => (random, of, by) => ({ act, by, channel: channel(random, of) })),
  (random, of, by) => ({
    act: 'channel:unsubscribe',
    by,
    channel: channel(random, of),
    subject: random.below(3) === 0 ? by : 1 + random.below(of.people.size),
  }),
  (random, _, by) => ({ act: 'channel:create', by, kind: someKind(random) }),
  (random, of, by) => ({
    act: 'channel:change',
    by,
    channel: channel(random, of),
    kind: random.below(4) === 0 ? someKind(random) : null,
    archive: random.pick([null, null, null, true, false]),
    byDefault: random.below(5) === 0,
    retention: random.below(6) === 0,
    permissions: somePermissions(random),
  }),
  ...(
    [
      'message:read',
      'message:look',
      'message:react',
      'message:edit',
      'message:delete',
      'message:resolve',
      'message:move-topic',
    ] as const
  ).map((act): Asking => (random, of, by) => {
    const id = message(random, of)
    // Mostly one's own, or few would be allowed.
    const own = random.below(3) === 0 ? (of.messages.get(id)?.sender ?? by) : by
    return { act, by: own, message: id }
  }),
  (random, of, by) => ({
    act: 'message:move-channel',
    by,
    message: message(random, of),
    target: channel(random, of),
  }),
  (random, of, by) => {
    const others = [1, 2, 3].slice(random.below(3)).map(() => 1 + random.below(of.people.size))
    return { act: 'direct:send', by, people: [...new Set([by, ...others])], begun: random.below(2) === 0 }
  },
  (random, _, by) => ({ act: 'mention-all', by, audience: random.pick([1, 15, 16, 900]) }),
  ...(
    ['user:see', 'user:deactivate', 'user:reactivate', 'user:rename', 'bot:end', 'bot:manage'] as const
  ).map((act): Asking => (random, of, by) => ({ act, by, user: person(random, of) })),
  (random, of, by) => ({ act: 'user:set-role', by, user: person(random, of), role: random.pick(whole) }),
  (_random, _of, by) => ({ act: 'user:leave', by }),
  (_random, _of, by) => ({ act: 'self:depict', by }),
  (random, _, by) => ({
    act: 'user:create',
    by,
    role: random.pick([400, 400, 400, ...whole]),
    email: random.pick(emails),
  }),
  (random, _, by) => ({
    act: 'invite',
    by,
    multiuse: random.below(2) === 0,
    role: random.pick(whole),
    welcomes: random.below(4) === 0,
    comes: random.pick([null, ...emails]),
  }),
  (random, of, by) => ({
    act: 'invitation:manage',
    by,
    inviter: random.below(3) === 0 ? by : 1 + random.below(of.people.size),
    role: random.pick(whole),
  }),
  (random, _, by) => ({ act: 'bot:create', by, type: random.pick([1, 2]) }),
  (_random, _of, by) => ({ act: 'group:read', by }),
  (_random, _of, by) => ({ act: 'group:create', by }),
  (random, of, by) => ({ act: 'group:edit', by, group: group(random, of) }),
  (random, of, by) => ({
    act: 'group:change-members',
    by,
    group: group(random, of),
    adds: random.pick(whom),
    removes: random.pick(whom),
  }),
]

/** Something that somebody of the organisation may ask for; what it is about may not be there. */
export function someQuestion(random: Seeded, organisation: Organisation): Question {
  const by = 1 + random.below(organisation.people.size)
  const ask = asking[random.below(asking.length)]
  return ask?.(random, organisation, by) ?? { act: 'group:read', by }
}
