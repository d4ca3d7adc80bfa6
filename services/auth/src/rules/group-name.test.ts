import { AppError } from '@parley/core'
import { expect, test } from 'vitest'
import { groupDescription, groupName } from './group-name.ts'

test.each([' backend ', 'Team 7', 'x'.repeat(100), 'für alle', 'roles'])('%s is a name', (name) => {
  expect(groupName(name)).toBe(name.trim())
})

test.each([
  '',
  '  ',
  'x'.repeat(101),
  '@here',
  'role:mine',
  'Role:mine',
  'user:1',
  'stream:a',
  'channel:b',
  'a*b',
  'a\u200bb',
])('%j is none', (name) => {
  expect(() => groupName(name)).toThrow(AppError)
})

test('descriptions have an end', () => {
  expect(groupDescription('x'.repeat(1024))).toHaveLength(1024)
  expect(() => groupDescription('x'.repeat(1025))).toThrow(AppError)
})
