import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { render } from './here.ts'
import { createRenderer, type Holding, renderContext } from './index.ts'

const context = renderContext({
  organisationUrl: 'https://acme.example.com',
  users: [{ id: 7, fullName: 'Zoe' }],
  defaultCodeLanguage: 'python',
})
const zoe = { orgId: orgId(1), userId: userId(7), botOwnerId: null }
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
  expect(await renderer.render(zoe, source, plain, 'nothing')).toEqual(render(source, plain))
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
    bounds: { waitMs: 60_000, freeWaitMs: 60_000, workMs: 60_000 },
    onLost(error) {
      throw error
    },
  })
  const rendered = await renderer.render(zoe, everything, context, 'nothing')
  expect(rendered).toEqual(render(everything, context))
  expect(rendered.html.split('<span class="k">').length).toBe(4)
  expect(await renderer.render(zoe, '/me $$x$$', context, 'a connection')).toMatchObject({
    isMeMessage: true,
  })
})

test('few wait with a connection held, of a person with their bots, an organisation and all; the next are refused', async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  await using renderer = createRenderer({
    bounds: { waitMs: 60_000, freeWaitMs: 60_000, workMs: 60_000 },
    onLost: noThread,
    start: () =>
      new Worker(
        `const { parentPort, workerData } = require('node:worker_threads')
         parentPort.on('message', (parts) => {
           Atomics.wait(workerData, 0, 0)
           parentPort.postMessage(parts.map(() => null))
         })
         parentPort.postMessage('ready')`,
        { eval: true, workerData: gate },
      ),
  })
  const render = (org: number, user: number, owner: number | null, holding: Holding, source = '$$x$$') => {
    const by = { orgId: orgId(org), userId: userId(user), botOwnerId: owner === null ? null : userId(owner) }
    return renderer.render(by, source, context, holding)
  }
  const busy = { code: 'UNAVAILABLE', data: { 'retry-after': 1 } }
  const waiting = [render(1, 7, null, 'a connection'), render(1, 20, 7, 'a connection')]
  await expect(render(1, 21, 7, 'a connection')).rejects.toMatchObject(busy)
  waiting.push(render(1, 8, null, 'a connection'))
  await expect(render(1, 9, null, 'a connection')).rejects.toMatchObject(busy)
  waiting.push(render(2, 7, null, 'a connection'), render(3, 7, null, 'a connection'))
  await expect(render(4, 7, null, 'a connection')).rejects.toMatchObject(busy)
  // Who holds nothing waits as ever, and who has nothing costly waits for nobody.
  waiting.push(render(1, 7, null, 'nothing'), render(4, 7, null, 'nothing'))
  expect(await render(1, 7, null, 'a connection', 'plain')).toMatchObject({ html: '<p>plain</p>' })
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  expect(await Promise.all(waiting)).toHaveLength(7)
  const { html } = await render(1, 7, null, 'a connection')
  expect(html).toContain('katex')
})

test('where there is no thread, code and formulas are shown as they are written, and all else as ever', async () => {
  const lost: Error[] = []
  await using renderer = createRenderer({ onLost: (error) => lost.push(error), start: noThread })
  const rendered = await renderer.render(zoe, everything, context, 'nothing')
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
