/** What a diff may cost: steps of comparing, over all diffs of one answer. Beyond it what lies between is given as replaced. */
interface DiffBudget {
  left: number
}
export const diffBudget = (): DiffBudget => ({ left: 100_000 })

/** Formulas and drawings are one piece: nothing may stand between their tags. */
const piece = /<(math|svg)\b[^]*?<\/\1>|<(?:"[^"]*"|'[^']*'|[^'">])*>|&#?\w+;|[\p{L}\p{N}\p{M}]+|\s+|[^]/gu
const isTag = (token: string): boolean => token.length > 1 && token.startsWith('<')
const isBlank = (token: string): boolean => token.trim() === ''

interface Change {
  readonly kind: 'same' | 'gone' | 'new'
  readonly token: string
}

/**
 * The text of `now` as HTML, with what is new in it marked, and before it what is gone since `before`; tags are those of `now`.
 * Shortest edit script by E. W. Myers, An O(ND) Difference Algorithm (1986), in what stands between a common beginning and end.
 * @param before rendered HTML, as `now`
 */
export function htmlDiff(before: string, now: string, budget: DiffBudget): string {
  const a = before.match(piece) ?? []
  const b = now.match(piece) ?? []
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const between = script(a.slice(start, a.length - end), b.slice(start, b.length - end), budget)
  const same = (tokens: readonly string[]): Change[] => tokens.map((token) => ({ kind: 'same', token }))
  return marked([...same(b.slice(0, start)), ...between, ...same(b.slice(b.length - end))])
}

function script(a: readonly string[], b: readonly string[], budget: DiffBudget): Change[] {
  // furthest[k]: how far along `a` one comes on diagonal k; a copy is kept for each number of edits.
  const trace: Map<number, number>[] = []
  let furthest = new Map([[1, 0]])
  for (let edits = 0; edits <= a.length + b.length; edits++) {
    trace.push(furthest)
    furthest = new Map(furthest)
    budget.left -= furthest.size
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      furthest.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkedBack(a, b, trace)
      budget.left--
    }
    if (budget.left < 0) break
  }
  return [
    ...a.map((token): Change => ({ kind: 'gone', token })),
    ...b.map((token): Change => ({ kind: 'new', token })),
  ]
}

function walkedBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Map<number, number>[],
): Change[] {
  const changes: Change[] = []
  let x = a.length
  let y = b.length
  for (const [edits, furthest] of [...trace.entries()].reverse()) {
    const k = x - y
    const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
    const from = furthest.get(down ? k + 1 : k - 1) ?? 0
    const fromY = from - (down ? k + 1 : k - 1)
    for (; x > from && y > fromY && x > 0 && y > 0; x--) changes.push({ kind: 'same', token: b[--y] ?? '' })
    if (edits === 0) break
    if (down) changes.push({ kind: 'new', token: b[--y] ?? '' })
    else changes.push({ kind: 'gone', token: a[--x] ?? '' })
  }
  return changes.reverse()
}

const span = (what: 'inserted' | 'deleted', text: string): string =>
  `<span class="highlight_text_${what}">${text}</span>`

/** What is gone waits for the next text that is seen, so that it stands where text may stand. */
function marked(changes: readonly Change[]): string {
  let html = ''
  let gone = ''
  let fresh = ''
  const flush = (): void => {
    if (fresh !== '') html += isBlank(fresh) ? fresh : span('inserted', fresh)
    fresh = ''
  }
  for (const { kind, token } of changes) {
    if (kind === 'gone') {
      if (!isTag(token)) gone += token
      continue
    }
    if (!isTag(token) && !isBlank(token) && gone !== '') {
      flush()
      if (!isBlank(gone)) html += span('deleted', gone)
      gone = ''
    }
    if (kind === 'new' && !isTag(token)) fresh += token
    else {
      flush()
      html += token
    }
  }
  flush()
  return isBlank(gone) ? html : `${html}<p>${span('deleted', gone)}</p>`
}
