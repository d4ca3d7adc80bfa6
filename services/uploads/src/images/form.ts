/** The kinds of images that are taken, by their first bytes; nobody's word is taken for it. */
const signatures: readonly (readonly [offset: number, bytes: readonly number[]])[][] = [
  // PNG
  [[0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]],
  // JPEG
  [[0, [0xff, 0xd8, 0xff]]],
  // GIF
  [[0, [0x47, 0x49, 0x46, 0x38]]],
  // WebP
  [
    [0, [0x52, 0x49, 0x46, 0x46]],
    [8, [0x57, 0x45, 0x42, 0x50]],
  ],
]

/** Does it begin as an image of pixels does that we decode? */
export const looksLikeImage = (bytes: Uint8Array): boolean =>
  signatures.some((parts) =>
    parts.every(([offset, wanted]) => wanted.every((byte, i) => bytes[offset + i] === byte)),
  )
