import { z } from 'zod'
import { type Change, type Kinds, letters } from './play.ts'

const Fields = z.object({ custom_fields: z.array(z.object({ id: z.int(), type: z.int() })) })

/** Fields of profiles: few at a time, of texts, options and people. */
const changeFields: Change = async ({ random, owner }) => {
  const fields = Fields.parse((await owner.get('/realm/profile_fields')).body).custom_fields
  const [first, ...rest] = fields
  if (!first || (fields.length < 4 && random.below(3) === 0)) {
    const option = (text: string) => ({ text, order: '1' })
    return owner.post('/realm/profile_fields', {
      name: `Field ${letters(random.below(600))}`,
      ...random.pick([
        { field_type: 1 },
        { field_type: 6 },
        { field_type: 3, field_data: { a: option('A'), b: option('B') } },
      ]),
    })
  }
  const { id, type } = random.pick([first, ...rest])
  if (random.below(6) === 0) return owner.delete(`/realm/profile_fields/${id}`)
  if (random.below(3) === 0)
    return owner.patch('/realm/profile_fields', { order: fields.map((field) => field.id).reverse() })
  return owner.patch(`/realm/profile_fields/${id}`, {
    hint: `hint ${random.below(9)}`,
    ...(type === 3 ? { field_data: { [random.pick(['a', 'b'])]: { text: 'C', order: '1' } } } : {}),
  })
}

const fillProfile: Change = async ({ random, owner, anybody }, who) => {
  const fields = Fields.parse((await owner.get('/realm/profile_fields')).body).custom_fields
  const [first, ...rest] = fields
  if (!first) return null
  const { id, type } = random.pick([first, ...rest])
  const value = type === 6 ? [anybody().id] : type === 3 ? random.pick(['a', 'b']) : `text ${random.below(9)}`
  const given = random.below(4) === 0 ? { id, value: null } : { id, value }
  return random.below(3) === 0
    ? owner.patch(`/users/${anybody().id}`, { profile_data: [given] })
    : who.patch('/users/me/profile_data', { data: [given] })
}

const setStatus: Change = async ({ random }, who) =>
  who.post('/users/me/status', {
    ...(random.below(3) === 0 ? {} : { status_text: random.pick(['', 'at lunch', 'back soon']) }),
    emoji_name: random.pick(['', 'coffee', 'tada']),
  })

export const ofProfiles: Kinds = {
  'change fields of profiles': [2, changeFields],
  'fill in a profile': [2, fillProfile],
  'set a status': [2, setStatus],
}
