/** How far what KaTeX drew reaches. */
interface Extent {
  /** How deep elements stand in each other. */
  readonly depth: number
  /** In em: how far from where it stands, and how high. Infinite where that is no number. */
  readonly away: number
  readonly height: number
  /** In em, all together: how far what follows is drawn back over what was before. */
  readonly back: number
}

/** Backwards from here on: less stands between and beside usual signs. */
const least = 0.2

/** Of what KaTeX writes: escaped, and empty elements closed by themselves. */
export function extentOf(html: string): Extent {
  let depth = 0
  let deepest = 0
  let away = 0
  let height = 0
  let back = 0
  for (const [tag] of html.matchAll(/<[^>]*>/g)) {
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>')) deepest = Math.max(deepest, ++depth)
    for (const [, property = '', value = ''] of styleOf(tag).matchAll(/([a-z-]+):([^;]*)/g))
      for (const size of value.split(' ')) {
        if (!size.endsWith('em')) continue
        const em = emOf(size)
        if (property === 'height' && em > 0) height = Math.max(height, em)
        else away = Math.max(away, Math.abs(em))
        if (property.startsWith('margin') && em < -least) back -= em
      }
  }
  return { depth: deepest, away, height, back }
}

const styleOf = (tag: string): string => /style="([^"]*)"/.exec(tag)?.[1] ?? ''

function emOf(size: string): number {
  const em = Number(size.slice(0, -'em'.length))
  return Number.isNaN(em) ? Infinity : em
}
