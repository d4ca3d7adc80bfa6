import { z } from 'zod'
import { imagesByIp } from '../calls/image.ts'
import { operation } from '../operation.ts'
import { bool, file } from '../param.ts'
import { imageBodyLimit, imageUploads, maxImageMib } from './emoji.ts'

/** The pictures that an organisation has of itself: its icon, and its logo on light and on dark ground. */
export const pictureKinds = ['icon', 'logo', 'night_logo'] as const
export type PictureKind = (typeof pictureKinds)[number]

const own = { service: 'uploads', callers: ['gateway'] } as const
const icon = '/api/v1/realm/icon'
const logo = '/api/v1/realm/logo'
/** Is it the logo on dark ground? */
const night = bool()

const shown = {
  ...own,
  method: 'GET',
  // Where one signs in it is shown to whoever comes.
  access: 'public',
  limits: imagesByIp,
  transaction: 'read',
  redirects: true,
  response: z.object({ url: z.string() }),
} as const
const set = {
  ...own,
  method: 'POST',
  access: 'organisation:change',
  limits: imageUploads,
  bodyLimit: imageBodyLimit,
  transaction: 'own',
} as const
const removed = {
  ...own,
  method: 'DELETE',
  access: 'organisation:change',
  limits: imageUploads,
  idempotent: true,
  transaction: 'write',
} as const

/** Leads to the organisation's icon. */
export const getIcon = operation({ ...shown, id: 'get-realm-icon', path: icon, params: {} })

/** Gives the organisation another icon, which comes as the only file of a multipart body. */
export const setIcon = operation({
  ...set,
  id: 'upload-realm-icon',
  path: icon,
  params: { image: file(maxImageMib) },
  response: z.object({ icon_url: z.string() }),
})

/** Takes the organisation's icon away: it has the one again that all begin with. */
export const removeIcon = operation({
  ...removed,
  id: 'delete-realm-icon',
  path: icon,
  params: {},
  response: z.object({ icon_url: z.string() }),
})

/** Leads to the organisation's logo. */
export const getLogo = operation({ ...shown, id: 'get-realm-logo', path: logo, params: { night } })

/** Gives the organisation another logo, which comes as the only file of a multipart body. */
export const setLogo = operation({
  ...set,
  id: 'upload-realm-logo',
  path: logo,
  params: { night, image: file(maxImageMib) },
  response: z.object({}),
})

/** Takes a logo of the organisation away. */
export const removeLogo = operation({
  ...removed,
  id: 'delete-realm-logo',
  path: logo,
  params: { night },
  response: z.object({}),
})
