import { expect, test } from 'vitest'
import { defaultColor, parseColor } from './color.ts'

test('colours are written one way', () => {
  expect(['#ABC', '#12Ef90', 'red', '#12', '#1234567', ''].map(parseColor)).toEqual([
    '#aabbcc',
    '#12ef90',
    null,
    null,
    null,
    null,
  ])
})

test('every channel has a colour', () => {
  for (let id = 0; id < 30; id++) expect(parseColor(defaultColor(id))).toBe(defaultColor(id))
})
