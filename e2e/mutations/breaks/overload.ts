import type { Break } from './break.ts'

/** Overload. */
export const overload: readonly Break[] = [
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
]
