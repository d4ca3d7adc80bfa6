import { expect, test } from 'vitest'
import { coresIn } from './bench.ts'

test.each([
  ['0-1', [0, 1]],
  ['3', [3]],
  ['0-2,5,8-9', [0, 1, 2, 5, 8, 9]],
])('the cores of %s', (list, cores) => {
  expect(coresIn(`Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`)).toEqual(
    cores,
  )
})

test('no cores where the system does not say', () => {
  expect(coresIn('')).toEqual([])
})
