import { createRequire } from 'node:module'
import type Sharp from 'sharp'
import { z } from 'zod'

export type Decoder = typeof Sharp

/** Only these are decoded; libvips knows dozens of others, SVG and PDF among them. */
const loaders = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadWebpBuffer',
]

/** Does `work` once it has been done without a fault; a fault is not remembered. */
export function rememberedOnce<R>(work: () => R): () => R {
  let done: { readonly result: R } | undefined
  return () => (done ??= { result: work() }).result
}

// `import` remembers for ever what failed, `require` does not.
const require = createRequire(import.meta.url)
const Loaded = z.custom<Decoder>((found) => typeof found === 'function')

/**
 * The decoder; what of it is in native code comes with the first image, since most processes never see one.
 * @throws Error where it could not be loaded: then it is tried again with the next image
 */
export const decoder: () => Decoder = rememberedOnce(() => {
  const sharp = Loaded.parse(require('sharp'))
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: loaders })
  // One image at a time, on one core, and nothing kept of it.
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
})
