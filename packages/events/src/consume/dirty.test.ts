import { orgId, seq } from '@parley/core'
import { expect, test } from 'vitest'
import { Dirty } from './dirty.ts'

test('what is told of an organisation is joined, the longest waiting comes first', () => {
  const dirty = new Dirty<string>()
  dirty.add(orgId(2), seq(5), 'a')
  dirty.add(orgId(1), seq(1))
  dirty.add(orgId(2), seq(3), 'b')
  expect(dirty.size).toBe(2)
  expect(dirty.take()).toEqual({ org: 2, to: 5, receipts: ['a', 'b'] })
  expect(dirty.take()).toEqual({ org: 1, to: 1, receipts: [] })
  expect(dirty.take()).toBeNull()
})
