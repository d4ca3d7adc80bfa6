import { Worker } from 'node:worker_threads'
import { orgId, userId } from '@parley/core'
import { expect, onTestFinished, test } from 'vitest'
import { startThread } from './hand.ts'
import type { Author } from './line.ts'
import type { Part } from './part.ts'
import { type Bounds, Typesetter } from './typesetter.ts'

const acme: Author = { orgId: orgId(1), userId: userId(10), botOwnerId: null }
const colleague: Author = { ...acme, userId: userId(11) }
const other: Author = { ...acme, orgId: orgId(2) }
const code = (text: string): readonly Part[] => [{ kind: 'code', text, language: 'Python' }]
const bounds: Bounds = {
  mostOfAuthor: 2,
  mostOfOne: 3,
  mostOfAll: 4,
  waitMs: 1,
  workMs: 2,
  startMs: 3,
  idleMs: 4,
}
/** Nobody hangs up. */
const { signal } = new AbortController()
const busy = { code: 'UNAVAILABLE', data: { 'retry-after': 1 } }

/** A thread that says what `thread.ts` says, and does `work` with the parts of each message. */
const doing = (work: string, ready = "parentPort.postMessage('ready')"): Worker =>
  new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     parentPort.on('message', (parts) => { ${work} })
     ${ready}`,
    { eval: true, stdout: true, stderr: true, workerData: gate },
  )
/** What threads wait at that are held: 1 lets them go on. */
const gate = new Int32Array(new SharedArrayBuffer(4))
const held = (): Worker =>
  doing('Atomics.wait(workerData, 0, 0); parentPort.postMessage(parts.map(({ text }) => text))')
function letGo(): void {
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
}

/** A typesetter by whose timers nothing happens but what a test has happen. */
function typesetter(...threads: (() => Worker)[]) {
  Atomics.store(gate, 0, 0)
  const timers: { readonly ms: number; readonly fn: () => void }[] = []
  let set: () => void = () => {}
  const lost: Error[] = []
  const started: Worker[] = []
  const made = new Typesetter({
    bounds,
    onLost: (error) => lost.push(error),
    start() {
      const thread = (threads.shift() ?? startThread)()
      started.push(thread)
      return thread
    },
    after(ms, fn) {
      const timer = { ms, fn }
      timers.push(timer)
      set()
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
  })
  onTestFinished(async () => {
    letGo()
    await made[Symbol.asyncDispose]()
  })
  const isSet = (ms: number): boolean => timers.some((timer) => timer.ms === ms)
  const until = async (ms: number): Promise<void> => {
    while (!isSet(ms))
      await new Promise<void>((resolve) => {
        set = resolve
      })
  }
  return {
    made,
    lost,
    started,
    isSet,
    /** Waits until somebody waits for that time. */
    until,
    /** Lets the time pass for who waits for it first. */
    passes: async (ms: number): Promise<void> => {
      await until(ms)
      const [timer] = timers.splice(
        timers.findIndex((one) => one.ms === ms),
        1,
      )
      timer?.fn()
    },
  }
}
const { startMs, waitMs, workMs, idleMs } = bounds

test('parts of one message become HTML in a thread, in their order; what has no place stays plain', async () => {
  const { made, lost } = typesetter()
  const html = await made.set(
    acme,
    [
      { kind: 'formula', source: 'x', display: false },
      ...code('if\n'),
      ...code(`${'if '.repeat(2000)}\n`),
      { kind: 'formula', source: '\\nope', display: true },
    ],
    signal,
  )
  expect(html).toEqual([
    expect.stringContaining('<span class="katex">'),
    '<span class="k">if</span>\n',
    null,
    '<span class="tex-error">\\nope</span>',
  ])
  expect(lost).toEqual([])
})

const outOfMemory = (): Worker =>
  new Worker(
    `const { parentPort } = require('node:worker_threads')
     parentPort.on('message', () => { for (const all = []; ; ) all.push(new Array(1e5).fill(all)) })
     parentPort.postMessage('ready')`,
    { eval: true, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 8 } },
  )
const none = (): Worker => {
  throw new Error('no more threads')
}

test.each([
  ['dies', () => doing('process.exit(1)')],
  ['fails', () => doing("throw new Error('secret')")],
  ['runs out of memory', outOfMemory],
  ['answers something else', () => doing("parentPort.postMessage('secret')")],
  ['answers for others', () => doing("parentPort.postMessage(['a', 'b'])")],
  ['does not come to its start', () => doing('', 'process.exit(1)')],
  ['cannot be started', none],
])('a message whose thread %s stays plain; the next one has another', async (_how, thread) => {
  const { made, lost } = typesetter(thread)
  const both = Promise.all([made.set(acme, code('if\n'), signal), made.set(acme, code('if\n'), signal)])
  expect(await both).toEqual([[null], ['<span class="k">if</span>\n']])
  expect(lost.map(String)).toEqual(['Error: the thread that makes code and formulas died or took too long'])
})

test('where telling of a lost thread fails, that message fails with it, and the next one is served', async () => {
  const threads = [none]
  await using made = new Typesetter({
    onLost() {
      throw new Error('nobody listens')
    },
    bounds: { waitMs: 60_000, workMs: 60_000 },
    start: () => (threads.shift() ?? startThread)(),
  })
  await expect(made.set(acme, code('if\n'), signal)).rejects.toThrow('nobody listens')
  expect(await made.set(acme, code('if\n'), signal)).toEqual(['<span class="k">if</span>\n'])
})

test('a message that takes too long stays plain and its thread is ended; those behind it are served', async () => {
  const { made, lost, passes, started } = typesetter(() => doing('for (;;);'))
  const both = Promise.all([made.set(acme, code('a\n'), signal), made.set(acme, code('if\n'), signal)])
  await passes(workMs)
  expect(await both).toEqual([[null], ['<span class="k">if</span>\n']])
  expect([lost.length, started.length]).toEqual([1, 2])
})

test('a thread that does not start in time is given up with the first message that waits for it', async () => {
  const { made, lost, passes } = typesetter(() => doing('', ''))
  const both = Promise.all([made.set(acme, code('a\n'), signal), made.set(acme, code('if\n'), signal)])
  await passes(startMs)
  expect(await both).toEqual([[null], ['<span class="k">if</span>\n']])
  expect(lost.length).toBe(1)
})

test('where too much waits, of an author, an organisation or in all, more is refused; the rest is served by turns', async () => {
  const { made, until } = typesetter(held)
  const order: string[] = []
  const set = async (of: typeof acme, text: string): Promise<void> => {
    order.push(String(await made.set(of, code(text), signal)))
  }
  const first = set(acme, 'first')
  await until(workMs)
  const waiting = [set(acme, 'second'), set(acme, 'third')]
  await expect(made.set(acme, code('x'), signal)).rejects.toMatchObject(busy)
  waiting.push(set(colleague, "a colleague's"))
  await expect(made.set(colleague, code('x'), signal)).rejects.toMatchObject(busy)
  waiting.push(set(other, 'theirs'))
  await expect(made.set(other, code('x'), signal)).rejects.toMatchObject(busy)
  letGo()
  await Promise.all([first, ...waiting])
  expect(order).toEqual(['first', 'second', 'theirs', "a colleague's", 'third'])
})

test('what has waited too long is refused, and what is at work goes on', async () => {
  const { made, passes, until, isSet } = typesetter(held)
  const first = made.set(acme, code('first'), signal)
  await until(workMs)
  const second = made.set(acme, code('second'), signal)
  const third = made.set(acme, code('third'), signal)
  await passes(waitMs)
  await expect(second).rejects.toMatchObject(busy)
  letGo()
  expect(await Promise.all([first, third])).toEqual([['first'], ['third']])
  expect(isSet(waitMs)).toBe(false)
})

test('who hangs up leaves the line: their place is free at once, and nothing of theirs is made', async () => {
  const { made, until, isSet } = typesetter(held)
  const order: string[] = []
  const first = made.set(acme, code('first'), signal)
  await until(workMs)
  const leaving = new AbortController()
  const set = async (text: string): Promise<void> => {
    order.push(String(await made.set(acme, code(text), signal)))
  }
  const gone = Promise.allSettled([made.set(acme, code('leaves'), leaving.signal)])
  const second = set('second')
  await expect(made.set(acme, code('x'), signal)).rejects.toMatchObject(busy)
  leaving.abort()
  const third = set('third')
  expect(await gone).toMatchObject([{ status: 'rejected', reason: busy }])
  letGo()
  expect(await first).toEqual(['first'])
  await Promise.all([second, third])
  expect(order).toEqual(['second', 'third'])
  expect(isSet(waitMs)).toBe(false)
})

test('who hung up before is not let into the line, and who does while theirs is made gets none of it', async () => {
  const { made, until, started } = typesetter(held)
  await expect(made.set(acme, code('x'), AbortSignal.abort())).rejects.toMatchObject(busy)
  expect(started).toEqual([])
  const leaving = new AbortController()
  const first = made.set(acme, code('first'), leaving.signal)
  await until(workMs)
  const second = made.set(acme, code('second'), signal)
  leaving.abort()
  letGo()
  await expect(first).rejects.toMatchObject(busy)
  expect(await second).toEqual(['second'])
})

test('a message that is lost is told of, also where nobody waits for it any more', async () => {
  const { made, passes, until, lost } = typesetter(() => doing('for (;;);'))
  const leaving = new AbortController()
  const first = made.set(acme, code('first'), leaving.signal)
  await until(workMs)
  leaving.abort()
  await passes(workMs)
  await expect(first).rejects.toMatchObject(busy)
  expect(lost.length).toBe(1)
})

test('a thread with nothing to do is ended after a while, and another is started when there is', async () => {
  const { made, passes, started, isSet } = typesetter()
  await made.set(acme, code('if\n'), signal)
  await made.set(acme, code('if\n'), signal)
  expect(started.length).toBe(1)
  await passes(idleMs)
  expect(isSet(idleMs)).toBe(false)
  expect(await made.set(acme, code('if\n'), signal)).toEqual(['<span class="k">if</span>\n'])
  expect(started.length).toBe(2)
})

test('closing refuses what waits and what is at work, and waits for neither', async () => {
  const { made, until } = typesetter(held)
  const all = Promise.allSettled([
    made.set(acme, code('first'), signal),
    made.set(acme, code('second'), signal),
  ])
  await until(workMs)
  await made[Symbol.asyncDispose]()
  const refused = { status: 'rejected', reason: { code: 'UNAVAILABLE' } }
  expect(await all).toMatchObject([refused, refused])
  await expect(made.set(acme, code('x'), signal)).rejects.toMatchObject(busy)
})

test('a thread that is only starting when all is closed is ended once it has', async () => {
  const { made, until, started } = typesetter(held)
  const first = made.set(acme, code('first'), signal)
  await until(startMs)
  const ended = new Promise((resolve) => started[0]?.once('exit', resolve))
  await made[Symbol.asyncDispose]()
  await expect(first).rejects.toMatchObject(busy)
  expect(await ended).toBe(1)
})
