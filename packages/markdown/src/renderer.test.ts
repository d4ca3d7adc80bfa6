import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Beforehand, orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { mostAhead } from './ahead.ts'
import { render } from './here.ts'
import { createRenderer, renderContext } from './index.ts'

const context = renderContext({
  organisationUrl: 'https://acme.example.com',
  users: [{ id: 7, fullName: 'Zoe' }],
  defaultCodeLanguage: 'python',
})
const zoe = { orgId: orgId(1), userId: userId(7), botOwnerId: null }
/** Nobody hangs up. */
const { signal } = new AbortController()
const noThread = (): never => {
  throw new Error('no thread')
}

test.each([
  'plain `code` and **more**',
  '```\nno language\n```',
  '```text\nnothing to mark\n```',
  `\`\`\`js\n${'let a\n'.repeat(501)}\`\`\``,
  '    indented',
])('%j needs no thread', async (source) => {
  await using renderer = createRenderer({ onLost: noThread, start: noThread })
  const plain = renderContext({ organisationUrl: 'https://acme.example.com' })
  expect(await renderer.render(zoe, source, plain, signal)).toEqual(render(source, plain))
})

const everything = [
  '@**Zoe** $$x^2$$ https://example.com',
  '```py\nif a:\n```',
  '````quote\n```js\nlet a\n```\n$$y$$\n````',
  '```math\n\\frac12\n\n\\nope\n```',
  '```\nif default:\n```',
  '```text\nplain\n```',
].join('\n')

test('beside the main thread becomes of a message what it becomes in one', async () => {
  await using renderer = createRenderer({
    bounds: { waitMs: 60_000, workMs: 60_000 },
    onLost(error) {
      throw error
    },
  })
  const rendered = await renderer.render(zoe, everything, context, signal)
  expect(rendered).toEqual(render(everything, context))
  expect(rendered.html.split('<span class="k">').length).toBe(4)
  expect(await renderer.render(zoe, '/me $$x$$', context, signal)).toMatchObject({
    isMeMessage: true,
  })
})

/** What is thrown where something has to be done before the transaction. */
function beforehand(work: () => unknown): Beforehand {
  try {
    work()
  } catch (error) {
    if (error instanceof Beforehand) return error
    throw error
  }
  throw new Error('nothing had to be done before')
}

test('within a transaction nothing waits: code and formulas are made before the next one of the same call', async () => {
  await using renderer = createRenderer({ bounds: { waitMs: 60_000, workMs: 60_000 }, onLost: noThread })
  const call = new AbortController().signal
  const within = (source: string, by = call) => renderer.renderWithin(zoe, source, context, by)
  expect(within('@**Zoe**')).toEqual(render('@**Zoe**', context))
  await beforehand(() => within(everything)).work()
  expect(within(everything)).toEqual(render(everything, context))
  // As often as it is asked for, but of this call and these parts alone.
  expect(within(everything)).toEqual(render(everything, context))
  expect(beforehand(() => within(`$$z$$ ${everything}`))).toBeInstanceOf(Beforehand)
  const other = new AbortController().signal
  expect(beforehand(() => within(everything, other))).toBeInstanceOf(Beforehand)
  // What is not costly may have changed meanwhile, as names do.
  const renamed = renderContext({
    organisationUrl: 'https://acme.example.com',
    defaultCodeLanguage: 'python',
  })
  expect(renderer.renderWithin(zoe, everything, renamed, call)).toEqual(render(everything, renamed))
})

test('several texts of a call are made before one next transaction; more than a call may have are refused', async () => {
  await using renderer = createRenderer({ bounds: { waitMs: 60_000, workMs: 60_000 }, onLost: noThread })
  const call = new AbortController().signal
  const formulas = (count: number) => ['plain', ...Array.from({ length: count }, (_, i) => `$$x_{${i}}$$`)]
  const all = (count: number) => renderer.renderAllWithin(zoe, formulas(count), context, call)
  await beforehand(() => all(mostAhead)).work()
  expect(all(mostAhead)).toEqual(formulas(mostAhead).map((source) => render(source, context)))
  expect(() => all(mostAhead + 1)).toThrow('Too many texts with code or formulas at once (limit: 50)')
})

test('what has to be made first is not, where the line is full or who asks has gone: the next transaction asks again', async () => {
  await using renderer = createRenderer({ bounds: { mostOfAll: 0 }, onLost: noThread, start: noThread })
  const leaving = new AbortController()
  const first = beforehand(() => renderer.renderWithin(zoe, '$$x$$', context, leaving.signal))
  await expect(first.work()).rejects.toMatchObject({ code: 'UNAVAILABLE', data: { 'retry-after': 1 } })
  leaving.abort()
  const again = beforehand(() => renderer.renderWithin(zoe, '$$x$$', context, leaving.signal))
  await expect(again.work()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect(renderer.render(zoe, '$$x$$', context, leaving.signal)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
})

test('where there is no thread, code and formulas are shown as they are written, and all else as ever', async () => {
  const lost: Error[] = []
  await using renderer = createRenderer({ onLost: (error) => lost.push(error), start: noThread })
  const rendered = await renderer.render(zoe, everything, context, signal)
  expect(lost.length).toBe(1)
  expect(rendered).toMatchObject({ mentions: { users: [7] }, hasLink: true })
  expect(rendered.html).toContain('<code>if a:\n</code>')
  expect(rendered.html).toContain('<span class="mord text">\\frac12</span>')
  expect(rendered.html).not.toContain('class="k"')
})

test('who renders by this package loads neither grammars nor KaTeX', () => {
  const reached = new Set<string>()
  const packages = new Set<string>()
  const follow = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, to = ''] of text.matchAll(/^(?:import|export) (?!type ).*? from '([^']+)'/gms))
      if (!to.startsWith('.')) packages.add(to)
      else if (to.endsWith('.ts')) follow(resolve(file, '..', to))
  }
  follow(resolve(import.meta.dirname, 'index.ts'))
  expect([...packages].toSorted()).toEqual([
    '@parley/core',
    'markdown-it',
    'node:worker_threads',
    're2js',
    'tlds',
  ])
  expect(reached.size).toBeGreaterThan(30)
})
