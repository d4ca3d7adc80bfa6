/** What patterns are made of: quoted text, escapes, classes, how often something comes, beginnings of groups, characters. */
const tokens =
  /\\Q[^]*?(?:\\E|$)|\\(?:[pP]\{[^}]*\}|[pP][^]|x\{[^}]*\}|[^])|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\((?:\?P?<\w+>)?|[^]/gu

/**
 * About how long a pattern is once all that is counted in it is written out, as compiling it does: `(ab{3}){2}` is 10.
 * Found in the time that it takes to read it, so that nobody compiles what is a thousand times as long as it looks.
 */
export function expanded(source: string): number {
  const outer: number[] = []
  let sum = 0
  let last = 0
  for (const [token] of source.matchAll(tokens)) {
    const [, least, most] = /^\{(\d+)(?:,(\d*))?\}$/.exec(token) ?? []
    if (least !== undefined) {
      const more = last * (Math.max(1, Number(least), Number(most ?? 0)) - 1)
      last += more
      sum += more
    } else if (token.startsWith('(')) {
      outer.push(sum)
      sum = 0
    } else if (token === ')') {
      last = sum + 1
      sum = last + (outer.pop() ?? 0)
    } else if (/^[*+?]$/.test(token)) sum++
    else {
      last = token.startsWith('\\Q') ? token.length : 1
      sum += last
    }
  }
  return outer.reduce((all, one) => all + one, sum)
}
