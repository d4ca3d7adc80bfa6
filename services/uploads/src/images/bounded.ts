/** Chunks of a PNG that make its pixels; what else there is may unpack to gigabytes, and is read by decoders first. */
const ofPixels: ReadonlySet<string> = new Set([
  'IHDR',
  'PLTE',
  'tRNS',
  'IDAT',
  'IEND',
  'gAMA',
  'cHRM',
  'sRGB',
])
const pngSignature = 8
/** Length and type before the bytes of a chunk, and its checksum behind them. */
const [pngHead, pngTail] = [8, 4]
const [webpStart, webpHead] = [12, 8]

/**
 * What a decoder may be given, before it looks at anything: of a PNG (W3C PNG, section 5) the chunks that make pixels
 * alone, for texts and profiles are unpacked with the header; a WebP (RFC 9649, section 2.7) of no more pictures than may be,
 * for the header's reader takes the square of their number. Others are as they are.
 * @returns null where it is too much, or is not as its form wants
 */
export function bounded(bytes: Uint8Array, mostPictures: number): Buffer | null {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (whole[0] === 0x89) return pixelsOf(whole)
  if (whole.toString('latin1', 0, 4) === 'RIFF') return picturesOf(whole) <= mostPictures ? whole : null
  return whole
}

function pixelsOf(png: Buffer): Buffer | null {
  const kept = [png.subarray(0, pngSignature)]
  for (let at = pngSignature; at < png.length;) {
    if (at + pngHead + pngTail > png.length) return null
    const end = at + pngHead + png.readUInt32BE(at) + pngTail
    if (end > png.length) return null
    const type = png.toString('latin1', at + 4, at + pngHead)
    if (ofPixels.has(type)) kept.push(png.subarray(at, end))
    // Whatever follows the end belongs to no image.
    if (type === 'IEND') return Buffer.concat(kept)
    at = end
  }
  return null
}

function picturesOf(webp: Buffer): number {
  let pictures = 0
  for (let at = webpStart; at + webpHead <= webp.length;) {
    if (webp.toString('latin1', at, at + 4) === 'ANMF') pictures++
    const size = webp.readUInt32LE(at + 4)
    at += webpHead + size + (size % 2)
  }
  return pictures
}
