import type { Answer, ApiClient } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Person } from '../product.ts'

const nobody = 8
const moderators = 5
export const idOf = (body: Answer['body'], key = 'id'): number => z.int().parse(body[key])

/** What rests on a group: a private channel read and written to by it alone, and others' messages moved and deleted. */
export interface Estate {
  readonly vault: number
  readonly yard: number
  readonly outer: number
  readonly inner: number
  /** Gives both channels' permissions to the group, or to nobody but Bob; who deletes is the owner's to say. */
  readonly permit: (owner: ApiClient, bob: ApiClient, group: number | null) => Promise<Answer>
}

/** Bob's, with two groups that nobody is in. */
export async function estate(bob: Person, ada: Person): Promise<Estate> {
  const group = async (name: string): Promise<number> =>
    idOf(
      await bob.ok('POST', '/user_groups/create', {
        name,
        description: '',
        members: [],
        can_leave_group: 2,
      }),
      'group_id',
    )
  const outer = await group('outer')
  const inner = await group('inner')
  const channel = async (name: string, others: readonly number[], invite_only: boolean): Promise<number> => {
    const wish = { name, subscribers: [bob.id, ...others], invite_only, history_public_to_subscribers: true }
    return idOf(await bob.ok('POST', '/channels/create', wish))
  }
  const vault = await channel('Vault', [], true)
  const yard = await channel('Yard', [ada.id], false)
  const permit: Estate['permit'] = async (owner, at, to) => {
    const only = { new: to ?? nobody }
    const andBob = { new: { direct_members: [bob.id], direct_subgroups: to === null ? [] : [to] } }
    const changes = await owner.patch(`/streams/${yard}`, {
      can_delete_any_message_group: only,
      can_move_messages_within_channel_group: only,
    })
    expect(changes.body).toMatchObject({ result: 'success' })
    return at.patch(`/streams/${vault}`, { can_subscribe_group: only, can_send_message_group: andBob })
  }
  return { vault, yard, outer, inner, permit }
}

/** One way in which a right comes and goes. */
export interface Kind {
  readonly name: string
  readonly give: () => Promise<unknown>
  readonly take: () => Promise<Answer>
  /** What is set up for it is undone. */
  readonly undo?: () => Promise<unknown>
  /** Does reading rest on it, and not only what may be done to messages? */
  readonly reads: boolean
}

/** Every way, by whichever gateway each asks. */
export function kinds(
  ada: Person,
  bobAt: () => ApiClient,
  ownerAt: () => ApiClient,
  adaAt: () => ApiClient,
  { outer, inner, permit }: Estate,
): readonly Kind[] {
  const members = (
    at: ApiClient,
    group: number,
    change: Record<string, readonly number[]>,
  ): Promise<Answer> => at.post(`/user_groups/${group}/members`, change)
  const subgroups = (change: Record<string, readonly number[]>): Promise<Answer> =>
    bobAt().post(`/user_groups/${outer}/subgroups`, change)
  const become = (role: number): Promise<Answer> => ownerAt().patch(`/users/${ada.id}`, { role })
  const ofRealm = (group: number): Promise<Answer> =>
    ownerAt().patch('/realm', {
      can_delete_any_message_group: { new: group },
      can_move_messages_between_topics_group: { new: group },
    })
  return [
    {
      name: 'taken out of the group',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => members(bobAt(), outer, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'left the group',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => members(adaAt(), outer, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'taken out of a group in the group',
      give: async () => {
        await subgroups({ add: [inner] })
        await members(bobAt(), inner, { add: [ada.id] })
      },
      take: () => members(bobAt(), inner, { delete: [ada.id] }),
      undo: () => subgroups({ delete: [inner] }),
      reads: true,
    },
    {
      name: 'the group in the group taken out',
      give: async () => {
        await members(bobAt(), inner, { add: [ada.id] })
        await subgroups({ add: [inner] })
      },
      take: () => subgroups({ delete: [inner] }),
      undo: () => members(bobAt(), inner, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'the channels permit it to nobody',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => permit(ownerAt(), bobAt(), null),
      undo: async () => {
        await members(bobAt(), outer, { delete: [ada.id] })
        await permit(ownerAt(), bobAt(), outer)
      },
      reads: true,
    },
    {
      name: 'no moderator any more',
      give: async () => {
        await subgroups({ add: [moderators] })
        await become(300)
      },
      take: () => become(400),
      undo: () => subgroups({ delete: [moderators] }),
      reads: true,
    },
    {
      name: 'the organisation permits it to administrators',
      give: async () => {
        await members(bobAt(), inner, { add: [ada.id] })
        await ofRealm(inner)
      },
      take: () => ofRealm(6),
      undo: () => members(bobAt(), inner, { delete: [ada.id] }),
      reads: false,
    },
  ]
}
