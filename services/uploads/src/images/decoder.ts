import type Sharp from 'sharp'

export type Decoder = typeof Sharp

/** Only these are decoded; libvips knows dozens of others, SVG and PDF among them. */
const loaders = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadWebpBuffer',
]

let loaded: Promise<Decoder> | undefined

/** The decoder; what of it is in native code comes with the first image, since most processes never see one. */
export const decoder = (): Promise<Decoder> => (loaded ??= load())

async function load(): Promise<Decoder> {
  const { default: sharp } = await import('sharp')
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: loaders })
  // One image at a time, on one core, and nothing kept of it.
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
}
