import { orgId } from '@parley/core'
import type { SendTarget } from '@parley/access'
import { expect, test } from 'vitest'
import { foundTarget } from './target.ts'

test('an object that no guard has found leads to no target', () => {
  const object: SendTarget = {
    kind: 'direct',
    direct: { orgId: orgId(2), participants: [], recipientId: null, begun: false },
  }
  expect(() => foundTarget(new WeakMap(), object)).toThrow('no guard found')
})
