import { z } from 'zod'
import { smallPicture } from '../../small-picture.ts'
import { type Change, type Kinds, letters, type Member, type Play } from './play.ts'

const mostNewcomers = 40

const createUser: Change = async (play) => {
  if (play.names >= mostNewcomers) return null
  play.leaving.push(await play.newcomer(`Newcomer ${letters(play.names++)}`))
  return { status: 200, headers: {}, body: {} }
}

/** Of those who do not look on: queues of who gets another role begin anew. */
const oneOf = ({ random }: Play, people: readonly Member[]): Member | undefined =>
  people[random.below(Math.max(1, people.length))]

const deactivate: Change = async (play, who) => {
  const leaver = oneOf(play, play.leaving)
  if (!leaver) return null
  play.leaving.splice(play.leaving.indexOf(leaver), 1)
  play.left.push(leaver)
  return who === leaver ? leaver.delete('/users/me') : play.owner.delete(`/users/${leaver.id}`)
}

/** Without a credential they do nothing by themselves any more, but others act on them. */
const reactivate: Change = async (play) => {
  const back = oneOf(play, play.left)
  if (!back) return null
  play.left.splice(play.left.indexOf(back), 1)
  const answer = await play.owner.post(`/users/${back.id}/reactivate`)
  play.silent.push(back)
  return answer
}

const changeRole: Change = async (play) => {
  const subject = oneOf(play, [...play.leaving, ...play.silent])
  return subject
    ? play.owner.patch(`/users/${subject.id}`, { role: play.random.pick([100, 200, 300, 400, 600]) })
    : null
}

const rename: Change = async (play) =>
  play.owner.patch(`/users/${play.anybody().id}`, { full_name: `Renamed ${letters(play.random.below(600))}` })

const changePicture: Change = async ({ random }, who) =>
  random.below(3) === 0 ? who.delete('/users/me/avatar') : who.upload('/users/me/avatar', [smallPicture])

/** A link, or one taken back; nobody comes by it. */
const invite: Change = async ({ random, owner }) => {
  const known = z.object({ invites: z.array(z.object({ id: z.int() })) })
  const [first] = known.parse((await owner.get('/invites')).body).invites
  if (first && random.below(2) === 0) return owner.delete(`/invites/multiuse/${first.id}`)
  return owner.post('/invites/multiuse', { invite_as: random.pick([400, 600]) })
}

export const ofPeople: Kinds = {
  invite: [1, invite],
  'create a user': [1, createUser],
  deactivate: [1, deactivate],
  reactivate: [1, reactivate],
  'change a role': [2, changeRole],
  rename: [1, rename],
  'change a picture': [1, changePicture],
}
