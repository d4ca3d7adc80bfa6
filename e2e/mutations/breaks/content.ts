import type { Break } from './break.ts'

/** Content stays where it belongs. */
export const content: readonly Break[] = [
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
]
