import { z } from 'zod'
import { operation, perUser } from '../operation.ts'
import { imageBodyLimit, imageUploads, maxImageMib } from '../organisation/emoji.ts'
import { file, optional, pathText, text } from '../param.ts'

/** Where an account's picture is, as the view auth.v1_people says it too; never at a stranger's. */
export const avatarUrl = (user: number, version: number): string => `/avatar/${user}?version=${version}`
/** The same, larger. */
export const mediumAvatarUrl = (user: number, version: number): string =>
  `/avatar/${user}/medium?version=${version}`

/** Is it a picture that the person gave, or one made of their id (Zulip API: `avatar_source`)? Never a stranger's. */
export const avatarSource = (uploaded: boolean): 'U' | 'J' => (uploaded ? 'U' : 'J')

const one = '/api/v1/avatar/{user_id_or_email}'
const shown = {
  service: 'auth',
  method: 'GET',
  access: 'user:list',
  // A page shows many, and asks for each. Not by address: many people share one.
  limits: [perUser('avatars', 3000, 60)],
  callers: ['gateway'],
  transaction: 'read',
  redirects: true,
  // Applications load pictures by their address alone.
  atRoot: true,
  params: {
    user_id_or_email: pathText(320),
    /** Tells addresses of one picture from those of the next; it is always the newest that is led to. */
    version: optional(text(20)),
  },
  response: z.object({ url: z.string() }),
} as const

/** Leads to the picture of who is seen; of everybody else, and of nobody, to the same of nobody in particular. */
export const getAvatar = operation({ ...shown, id: 'get-avatar', path: one })

/** The same, larger. */
export const getMediumAvatar = operation({ ...shown, id: 'get-avatar-medium', path: `${one}/medium` })

const own = {
  service: 'uploads',
  callers: ['gateway'],
  access: 'self:depict',
  limits: imageUploads,
  path: '/api/v1/users/me/avatar',
  response: z.object({ avatar_url: z.string() }),
} as const

/** Gives oneself a picture, which comes as the only file of a multipart body. */
export const setAvatar = operation({
  ...own,
  id: 'upload-avatar',
  method: 'POST',
  bodyLimit: imageBodyLimit,
  transaction: 'own',
  params: { image: file(maxImageMib) },
})

/** Takes one's picture away: one has the one again that is made of one's id. */
export const removeAvatar = operation({
  ...own,
  id: 'delete-avatar',
  method: 'DELETE',
  idempotent: true,
  transaction: 'write',
  params: {},
})
