import { z } from 'zod'
import type { Organisation, Wanted } from './organisation.ts'

const Sent = z.object({ id: z.int() })

/** Lets the people of an organisation do these things by the API. What is refused is part of the game. */
export async function act(organisation: Organisation, wanted: Wanted): Promise<void> {
  const { people, channels, owner } = organisation
  const { steps, permits, adds } = wanted
  const person = typeof permits === 'number' ? null : people[permits.person % people.length]?.id
  const permitting = person === null ? permits : { direct_members: [person], direct_subgroups: [] }
  const given = await owner.patch('/realm', {
    direct_message_permission_group: { new: permitting },
    can_add_subscribers_group: { new: adds },
    can_move_messages_between_channels_group: { new: adds },
  })
  if (given.status !== 200) throw new Error(`permissions were not given: ${given.status}`)
  // Where somebody begins topics there is one that everybody who may post can go on with.
  const limited = channels[1] ?? channels[0]
  const said = await owner.post('/messages', {
    type: 'channel',
    to: limited.id,
    topic: 'topic 0',
    content: 'x',
  })
  if (said.status === 200)
    await owner.patch(`/streams/${limited.id}`, { can_create_topic_group: { new: adds } })
  const ids: number[] = []
  for (const [n, { what, who, other, where }] of steps.entries()) {
    const doer = people[who % people.length] ?? people[0]
    const { id: subject } = people[other % people.length] ?? people[0]
    const channel = channels[1 + (where % (channels.length - 1))] ?? channels[0]
    const send = async (fields: Record<string, unknown>): Promise<void> => {
      const sent = Sent.safeParse((await doer.client.post('/messages', { content: 'x', ...fields })).body)
      if (sent.success) ids.push(sent.data.id)
    }
    const membership = { subscriptions: [channel.name], principals: [subject] }
    switch (what) {
      case 'send':
        await send({ type: 'channel', to: channel.id, topic: `topic ${n % 3}` })
        break
      case 'direct':
        await send({ type: 'direct', to: [...new Set([subject, people[where % people.length]?.id])] })
        break
      case 'add':
        await doer.client.post('/users/me/subscriptions', {
          ...membership,
          subscriptions: [{ name: channel.name }],
          send_new_subscription_messages: false,
        })
        break
      case 'leave':
        await doer.client.delete('/users/me/subscriptions', { subscriptions: [channel.name] })
        break
      case 'remove':
        await doer.client.delete('/users/me/subscriptions', membership)
        break
      case 'star':
      case 'read': {
        const flag = what === 'star' ? 'starred' : 'read'
        const messages = ids.slice(-1 - (other % 3))
        await doer.client.post('/messages/flags', { op: 'add', flag, messages })
        if (where % 3 === 0) await doer.client.post(`/users/me/muted_users/${subject}`)
        break
      }
      case 'deactivate':
        // One in two, so that most stay; never the owner, who is needed.
        if (where % 2 === 0 && subject !== people[0].id) await owner.delete(`/users/${subject}`)
        break
      case 'archive':
        await owner.delete(`/streams/${channel.id}`)
    }
  }
}
