import sharp from 'sharp'

const red = { r: 200, g: 30, b: 30, alpha: 1 }

/** A PNG image of so many pixels. */
export const picture = (width = 20, height = 20): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 4, background: red } })
    .png()
    .toBuffer()

/** A GIF of so many pictures, each of another colour. */
export async function moving(pictures: number, size = 32): Promise<Buffer> {
  const pages = await Promise.all(
    Array.from({ length: pictures }, (_, i) =>
      sharp({
        create: { width: size, height: size, channels: 4, background: { ...red, g: (i * 40) % 256 } },
      })
        .png()
        .toBuffer(),
    ),
  )
  return sharp(pages, { join: { animated: true } })
    .gif()
    .toBuffer()
}

/** A PNG image of so many pixels a side that nothing makes smaller. */
export const noise = (side: number): Promise<Buffer> =>
  sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: red,
      noise: { type: 'gaussian', mean: 128, sigma: 80 },
    },
  })
    .png()
    .toBuffer()

/** A photograph that says what took it. */
export const jpeg = (told: string): Promise<Buffer> =>
  sharp({ create: { width: 30, height: 30, channels: 3, background: red } })
    .withExif({ IFD0: { Copyright: told } })
    .jpeg()
    .toBuffer()
