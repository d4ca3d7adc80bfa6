import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { render } from './here.ts'
import { createRenderer, renderContext } from './index.ts'

const context = renderContext({
  organisationUrl: 'https://acme.example.com',
  users: [{ id: 7, fullName: 'Zoe' }],
  defaultCodeLanguage: 'python',
})
const zoe = { orgId: orgId(1), userId: userId(7) }
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
  expect(await renderer.render(zoe, source, plain)).toEqual(render(source, plain))
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
  const rendered = await renderer.render(zoe, everything, context)
  expect(rendered).toEqual(render(everything, context))
  expect(rendered.html.split('<span class="k">').length).toBe(4)
  expect(await renderer.render(zoe, '/me $$x$$', context)).toMatchObject({ isMeMessage: true })
})

test('where there is no thread, code and formulas are shown as they are written, and all else as ever', async () => {
  const lost: Error[] = []
  await using renderer = createRenderer({ onLost: (error) => lost.push(error), start: noThread })
  const rendered = await renderer.render(zoe, everything, context)
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
