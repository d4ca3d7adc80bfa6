/** One deliberate break of an invariant, and the test that has to fail by it. */
export interface Break {
  readonly name: string
  /** Its number in docs/architecture.md; 7 is overload. */
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7
  readonly file: string
  /** Stands exactly once in the file. */
  readonly from: string
  readonly to: string
  /** The test file, and where it holds many, the beginning of a title. */
  readonly test: string
  readonly title?: string
  /** Also tried in the small tier: the quickest of each invariant, but for 2 and 3, which take two minutes. */
  readonly small?: true
}

export const breaks: readonly Break[] = [
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
    title: 'F12 NATS killed and its storage wiped|nothing was lost',
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
    file: 'services/gateway/src/live/organisation.ts',
    from: 'for (let position = after; !serving.stopped;) {',
    to: 'for (let position = Math.max(after, this.head); !serving.stopped;) {',
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
    title: 'F30|nothing was lost',
  },
  {
    name: 'a reader that is too slow is never let go',
    invariant: 7,
    file: 'services/gateway/src/live/event-socket.ts',
    from: 'if (socket.bufferedAmount > mostBuffered) {',
    to: 'if (socket.bufferedAmount > Infinity) {',
    test: 'e2e/overload/slow-reader.test.ts',
    title: 'a socket that reads too slowly',
    small: true,
  },
  {
    name: 'a proof that anybody can write by hand',
    invariant: 4,
    file: 'packages/access/src/grant.ts',
    from: '  private readonly proof: A\n',
    to: '  readonly action: A\n',
    test: 'e2e/unchecked/compile.test.ts',
    title: 'without the proof',
    small: true,
  },
  {
    name: 'sends are written from any text',
    invariant: 4,
    file: 'services/messaging/src/repo/send-batch.ts',
    from: '  encoded: readonly EncodedSend[],',
    to: '  encoded: readonly (readonly unknown[])[],',
    test: 'e2e/unchecked/compile.test.ts',
  },
  {
    name: 'the caller list of calls is not looked at',
    invariant: 5,
    file: 'packages/kit/src/run/run-call.ts',
    from: 'if (!route.call.callers.includes(asked.caller)) throw notACaller()',
    to: 'if (asked.op === asked.caller) throw notACaller()',
    test: 'e2e/strangers/strangers.test.ts',
    title: 'every operation and call',
    small: true,
  },
  {
    name: 'another trust domain is taken for ours',
    invariant: 5,
    file: 'packages/kit/src/tls/peer.ts',
    from: 'parts?.trustDomain === trustDomain && isCaller(parts.service)',
    to: 'parts && isCaller(parts.service)',
    test: 'e2e/strangers/strangers.test.ts',
    title: 'every listening socket',
  },
  {
    name: 'internal listeners speak TLS 1.2',
    invariant: 5,
    file: 'packages/kit/src/tls/options.ts',
    from: "minVersion: 'TLSv1.3',",
    to: "minVersion: 'TLSv1.2',",
    test: 'e2e/strangers/strangers.test.ts',
    title: 'every listening socket',
  },
  {
    name: 'the relay may publish what it likes',
    invariant: 5,
    file: 'packages/cli/src/daemons/nats-subjects.ts',
    from: "      'evt.>',\n      ...streamReads,",
    to: "      '>',\n      ...streamReads,",
    test: 'e2e/strangers/strangers.test.ts',
    title: 'at NATS',
  },
  {
    name: 'any server of ours is taken for Postgres',
    invariant: 5,
    file: 'packages/db/src/connection.ts',
    from: 'if (wanted === undefined || spiffeIdOf(peer.subjectaltname) === wanted) return undefined',
    to: 'if (peer.subjectaltname !== wanted) return undefined',
    test: 'e2e/strangers/impostors.test.ts',
    title: 'M-03',
  },
  {
    name: 'whoever is here already stays, revoked or not',
    invariant: 5,
    file: 'packages/kit/src/http/internal.ts',
    from: "if (standingOf(socket, certificates.server) !== 'revoked') continue",
    to: "if (standingOf(socket, certificates.server) !== 'former') continue",
    test: 'e2e/strangers/trust.test.ts',
    title: 'F63, M-09',
  },
  {
    name: 'errors are logged with their message',
    invariant: 6,
    file: 'packages/kit/src/log/error.ts',
    from: "/^\\w{1,60}$/.test(thrown.name) ? thrown.name : 'Error'",
    to: 'thrown.message',
    test: 'e2e/content/content.test.ts',
    title: 'an ordinary day|nor does any operation',
    small: true,
  },
  {
    name: 'messaging reads its part of a snapshot at another moment',
    invariant: 2,
    file: 'services/messaging/src/routes/snapshot.ts',
    from: 'ctx.database.at(orgId(input.org), input.snapshot, async (tx) => {',
    to: 'ctx.database.read(orgId(input.org), async (tx) => {',
    test: 'e2e/snapshot/snapshot.test.ts',
  },
  {
    name: 'nobody is told that what they left unread is read',
    invariant: 2,
    file: 'services/streams/src/memberships.ts',
    from: '[...events, ...unreadEvents(unread), ...beside,',
    to: '[...events, ...unreadEvents(unread.slice(unread.length)), ...beside,',
    test: 'e2e/snapshot/snapshot.test.ts',
  },
  {
    name: 'what is held of a message is judged by where it was',
    invariant: 4,
    file: 'services/gateway/src/live/whereabouts.ts',
    from: 'if (places.every((known) => known.length === 0)) return null',
    to: 'if (places.length > 0) return null',
    test: 'e2e/revoked/revoked.test.ts',
    title: 'a message moved where one may not read',
  },
  {
    name: 'a revocation answers without the barrier',
    invariant: 3,
    file: 'packages/kit/src/run/commit.ts',
    from: 'if (appended?.revokes) await afterCommit.barrier(org, appended.seq)',
    to: 'if (appended?.revokes) void 0',
    test: 'e2e/revoked/revoked.test.ts',
    title: 'taken out of a channel',
  },
  {
    name: 'gateways never take people out of channels',
    invariant: 3,
    file: 'services/gateway/src/live/members.ts',
    from: 'for (const user of effect.users) this.#move(user, effect.channel, false)',
    to: 'return',
    test: 'e2e/revoked/revoked.test.ts',
    title: 'taken out of a channel',
  },
  {
    name: 'the lease is not looked at before a frame',
    invariant: 3,
    file: 'services/gateway/src/live/consumers.ts',
    from: 'if (this.#mayAnswer()) consumer.deliver(pending, head)',
    to: 'if (head > 0) consumer.deliver(pending, head)',
    test: 'e2e/revoked/revoked.test.ts',
    title: 'F06',
  },
  {
    name: 'what waits for a slow reader is left to it',
    invariant: 3,
    file: 'services/gateway/src/live/event-socket.ts',
    from: 'if (this.#options.socket.bufferedAmount > 0) this.#options.socket.terminate()',
    to: 'if (this.#options.socket.bufferedAmount < 0) this.#options.socket.terminate()',
    test: 'e2e/revoked/revoked.test.ts',
    title: 'F72',
  },
  {
    name: 'a slow reader that was let go is forgotten',
    invariant: 3,
    file: 'services/gateway/src/live/event-socket.ts',
    from: "if (reason === 'slow') socket.once('close', onLeaving())",
    to: "if (reason === 'slow') socket.once('close', () => onLeaving())",
    test: 'e2e/revoked/revoked.test.ts',
    title: 'F72',
  },
  {
    name: 'lists of channels show guests what they show members',
    invariant: 4,
    file: 'services/streams/src/repo/channels.ts',
    from: '    guest: String(isGuest(actor)),',
    to: '    guest: String(isGuest(actor) && isAdmin(actor)),',
    test: 'e2e/agreement/agreement.test.ts',
  },
  {
    name: 'everybody is told of all bots as their owners are',
    invariant: 3,
    file: 'services/auth/src/repo/bots.ts',
    from: "own: 'u.bot_owner_id = $2',",
    to: "own: 'u.bot_owner_id <> $2 OR u.bot_owner_id = $2',",
    test: 'e2e/agreement/agreement.test.ts',
  },
  {
    name: 'a group is mentioned by a permission of before',
    invariant: 4,
    file: 'services/messaging/src/group-mentions.ts',
    from: 'stands: { rights, hash: rightsAlone }',
    to: 'stands: { rights, hash: found.hash }',
    test: 'services/messaging/test/group-mentions',
    title: 'the permission and the members of the moment',
  },
]
