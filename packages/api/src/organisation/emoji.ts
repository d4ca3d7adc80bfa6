import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation, perUser } from '../operation.ts'
import { file, pathText } from '../param.ts'

/** An emoji of the organisation's own; one that is deactivated stays for what it was put on. */
export const EmojiObject = z.object({
  id: z.string(),
  name: z.string(),
  /** From the organisation's URL on, as is the next. */
  source_url: z.string(),
  /** The first picture of one that moves. */
  still_url: z.string().nullable(),
  deactivated: z.boolean(),
  author_id: z.int(),
})
export type EmojiObject = z.infer<typeof EmojiObject>
/** Every emoji, by its id. */
export const EmojiById = z.record(z.string(), EmojiObject)
export type EmojiById = z.infer<typeof EmojiById>

/** Most emoji of one organisation, deactivated ones too: each change tells of all of them. */
export const maxEmoji = 1000
/** Of these, as many as there may be when somebody adds one who is no administrator: many together use up not all. */
export const maxEmojiByPeople = 800
/** Of these, those that one person has made who is no administrator. */
export const maxEmojiByPerson = 200
/** Characters of a name, as texts take it. */
export const maxEmojiNameLength = 60
/** Largest image that is taken, as it comes. */
export const maxImageMib = 5
export const maxImageBytes = maxImageMib * 1024 * 1024

/** Images are dear to look into. */
export const imageLimits = [perUser('image_uploads', 30, 60), perUser('image_uploads_daily', 500, 86_400)]
export const imageUploads = [...apiByUser, ...imageLimits]
/** The image, and the names and lines around it. */
export const imageBodyLimit = maxImageBytes + 64 * 1024

const own = { service: 'uploads', limits: apiByUser, callers: ['gateway'] } as const
const one = '/api/v1/realm/emoji/{emoji_name}'

/** The organisation's own emoji, deactivated ones too. */
export const getEmoji = operation({
  ...own,
  id: 'get-custom-emoji',
  method: 'GET',
  path: '/api/v1/realm/emoji',
  access: 'organisation:read',
  transaction: 'read',
  params: {},
  response: z.object({ emoji: EmojiById }),
})

/** Adds an emoji, whose image comes as the only file of a multipart body. */
export const addEmoji = operation({
  ...own,
  id: 'upload-custom-emoji',
  method: 'POST',
  path: one,
  access: 'emoji:add',
  limits: imageUploads,
  bodyLimit: imageBodyLimit,
  transaction: 'own',
  params: { emoji_name: pathText(200), image: file(maxImageMib) },
  response: z.object({}),
})

/** Takes an emoji out of use. */
export const deactivateEmoji = operation({
  ...own,
  id: 'deactivate-custom-emoji',
  method: 'DELETE',
  path: one,
  access: 'emoji:deactivate',
  transaction: 'write',
  params: { emoji_name: pathText(200) },
  response: z.object({}),
})
