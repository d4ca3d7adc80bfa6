import type { PictureKind } from '@parley/api'
import type { Pictures } from '../repo/pictures.ts'
import { imageUrl } from './image-url.ts'

/** Where a picture of the organisation is, and whether that is one of its own (Zulip API: `realm_icon_source` and the like). */
export interface ShownPicture {
  readonly url: string
  readonly source: 'U' | 'G' | 'D'
}

/** The picture of a kind; without one of its own the one that all begin with. */
export function shownPicture(org: number, pictures: Pictures, kind: PictureKind): ShownPicture {
  const path = pictures.get(kind)
  if (path !== undefined) return { url: imageUrl(org, path), source: 'U' }
  const first = kind === 'icon' ? 'realm/icon.png' : 'realm/logo.png'
  return { url: imageUrl(org, first), source: kind === 'icon' ? 'G' : 'D' }
}
