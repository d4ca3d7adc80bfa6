import { AppError, badRequest } from '@parley/core'
import { Turns } from '@parley/kit'
import type { Sharp, SharpOptions } from 'sharp'
import { bounded } from './bounded.ts'
import { type Decoder, decoder } from './decoder.ts'
import { looksLikeImage } from './form.ts'
import { type Bringer, Places } from './places.ts'

/** An image as we made it, without anything of the one that came but its pixels. */
export interface Picture {
  readonly mediaType: 'image/png' | 'image/webp'
  readonly bytes: Buffer
}

/** Makes small images of whatever comes. All throw BAD_REQUEST for what is no image, or too much of one; UNAVAILABLE where too many wait. */
export interface Images {
  /** 64 × 64; one that moves comes with a picture that does not. */
  emoji(
    by: Bringer,
    bytes: Uint8Array,
  ): Promise<{ readonly picture: Picture; readonly still: Picture | null }>
  /** 200 × 200. */
  icon(by: Bringer, bytes: Uint8Array): Promise<Picture>
  /** Within 640 × 80. */
  logo(by: Bringer, bytes: Uint8Array): Promise<Picture>
  /** 100 × 100 and 500 × 500, of the middle of what comes. */
  avatar(by: Bringer, bytes: Uint8Array): Promise<{ readonly picture: Picture; readonly medium: Picture }>
}

/** Pixels of all pictures of one image: what is to be decoded at most, whatever its bytes promise. */
const mostPixels = 16_000_000
const mostPictures = 500
const mostBytes = 256 * 1024
const mostSeconds = 5
const mostWaiting = 16
/** Of one organisation's and of one person's, so that others come to their turn. */
const [mostOfOne, mostOfPerson] = [6, 3]
const emojiSize = 64
const iconSize = 200
const logoSize = { width: 640, height: 80 }
export const avatarSizes = { small: 100, medium: 500 } as const
const clear = { r: 0, g: 0, b: 0, alpha: 0 }

export function createImages(): Images {
  // Each takes a core and memory for its pixels.
  const turns = new Turns(1, mostWaiting)
  const places = new Places(mostWaiting + 1, mostOfOne, mostOfPerson)
  const inTurn = <R>(by: Bringer, work: () => Promise<R>): Promise<R> =>
    places.take(by, () => turns.take(work))
  const worked = <R>(by: Bringer, bytes: Uint8Array, work: (image: Opened) => Promise<R>): Promise<R> =>
    inTurn(by, async () => {
      if (!looksLikeImage(bytes)) throw undecodable()
      const whole = bounded(bytes, mostPictures)
      if (whole === null) throw undecodable()
      // Loaded outside of what makes an image undecodable: that it cannot be is a fault of ours.
      const sharp = decoder()
      try {
        return await work(await open(sharp, whole))
      } catch (error) {
        // What the decoder says quotes what it read.
        throw error instanceof AppError ? error : undecodable()
      }
    })
  return {
    icon: (by, bytes) =>
      worked(by, bytes, ({ first }) =>
        encoded(first().resize(iconSize, iconSize, { fit: 'cover' }), 'image/png'),
      ),
    logo: (by, bytes) =>
      worked(by, bytes, ({ first }) =>
        encoded(first().resize({ ...logoSize, fit: 'inside', withoutEnlargement: true }), 'image/png'),
      ),
    avatar: (by, bytes) =>
      worked(by, bytes, async ({ first }) => {
        const fitted = (size: number): Sharp => first().resize(size, size, { fit: 'cover' })
        return {
          picture: await encoded(fitted(avatarSizes.small), 'image/png'),
          // A photograph of that size is too large for what is kept without loss.
          medium: await encoded(fitted(avatarSizes.medium), 'image/webp'),
        }
      }),
    emoji: (by, bytes) =>
      worked(by, bytes, async ({ first, all, moves }) => {
        const small = (image: Sharp): Sharp =>
          image.resize(emojiSize, emojiSize, { fit: 'contain', background: clear })
        const still = await encoded(small(first()), 'image/png')
        if (!moves) return { picture: still, still: null }
        return { picture: await encoded(small(all()), 'image/webp'), still }
      }),
  }
}

interface Opened {
  readonly first: () => Sharp
  /** Every picture of one that moves. */
  readonly all: () => Sharp
  readonly moves: boolean
}

async function open(sharp: Decoder, bytes: Uint8Array): Promise<Opened> {
  const options: SharpOptions = { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true }
  // The header alone, of what is bounded already: no pixel is decoded yet.
  const {
    width,
    height,
    pages = 1,
    pageHeight = height,
  } = await sharp(bytes, {
    ...options,
    limitInputPixels: false,
    animated: true,
  }).metadata()
  if (width * pageHeight * pages > mostPixels || pages > mostPictures)
    throw badRequest('Image size exceeds limit.')
  const opened = (animated: boolean) => (): Sharp =>
    sharp(bytes, { ...options, animated })
      .autoOrient()
      .timeout({ seconds: mostSeconds })
  return { first: opened(false), all: opened(true), moves: pages > 1 }
}

async function encoded(image: Sharp, mediaType: Picture['mediaType']): Promise<Picture> {
  const bytes = await (mediaType === 'image/png' ? image.png() : image.webp({ effort: 3 })).toBuffer()
  if (bytes.length > mostBytes) throw badRequest('Image size exceeds limit.')
  return { mediaType, bytes }
}

const undecodable = (): AppError => badRequest('Could not decode image; did you upload an image file?')
