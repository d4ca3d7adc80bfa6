import type { Break } from './break.ts'

/** One truth: nothing is lost, and nothing comes twice. */
export const kept: readonly Break[] = [
  {
    name: 'the key of a send is ignored',
    invariant: 1,
    file: 'services/messaging/src/rules/send-key.ts',
    from: "return { key: digest(['local', sender, given.queueId, given.localId]), drawn: false }",
    to: 'return { key: ids.bytes(32), drawn: true }',
    test: 'e2e/nothing-lost/kills',
    title: 'F80',
    small: true,
  },
  {
    name: 'a run is applied as it comes, applied before or not',
    invariant: 1,
    file: 'services/gateway/src/live/feed.ts',
    from: `    const fresh = run.filter((e) => e.seq > this.#head)
    const first = fresh[0]
    if (!first) return
`,
    to: `    const fresh = run
    const first = fresh[0]
    if (!first) return
    this.#head = first.seq - 1
`,
    test: 'e2e/nothing-lost/kills',
    title: 'F12 NATS killed and its storage wiped',
  },
  {
    name: 'nobody looks for a lost tail',
    invariant: 1,
    file: 'services/gateway/src/live/lease.ts',
    from: 'if (this.#filled) this.#compare()',
    to: 'if (this.#filled) void 0',
    test: 'e2e/nothing-lost/kills',
    title: 'F11',
  },
  {
    name: 'who comes back begins at the head',
    invariant: 1,
    file: 'services/gateway/src/live/joining.ts',
    from: 'for (let position = after; !serving.stopped;) {',
    to: 'for (let position = Math.max(after, feed.head); !serving.stopped;) {',
    test: 'e2e/nothing-lost/kills',
    title: 'F01 gateway',
  },
  {
    name: 'a commit is answered before it is on the disk',
    invariant: 1,
    file: 'packages/cli/src/daemons/postgres-config.ts',
    from: "synchronous_commit: 'on'",
    to: "synchronous_commit: 'off'",
    test: 'e2e/nothing-lost/kills',
    title: 'F30',
  },
  {
    name: 'what fails behind the commit of a send fails the send',
    invariant: 1,
    file: 'services/messaging/src/follow-topic.ts',
    from: "ctx.report('follow-topic', error)",
    to: 'if (error) throw error',
    test: 'services/messaging/test/automatic-topics',
    title: 'a message that is there is answered as sent',
  },
]
