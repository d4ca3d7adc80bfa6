import { expect, test } from 'vitest'
import { EventEmitter } from 'node:events'
import { HangUp } from './hang-up.ts'

function scene(writableFinished: boolean) {
  const response = Object.assign(new EventEmitter(), { writableFinished })
  const hangUp = HangUp.of(response)
  const told: string[] = []
  hangUp.tell(() => told.push('told'))
  return { response, hangUp, told }
}

test('who goes before the answer is there hangs up: that is told, and signals end, asked for before or after', () => {
  const { response, hangUp, told } = scene(false)
  const before = hangUp.signal
  expect([hangUp.gone, before.aborted, told]).toEqual([false, false, []])
  response.emit('close')
  expect([hangUp.gone, before.aborted, told]).toEqual([true, true, ['told']])
  const late = scene(false)
  late.response.emit('close')
  expect(late.hangUp.signal.aborted).toBe(true)
})

test('who goes with the whole answer has not hung up, and nobody is told who wants to know no more', () => {
  const { response, hangUp, told } = scene(true)
  response.emit('close')
  expect([hangUp.gone, hangUp.signal.aborted, told]).toEqual([false, false, []])
  const other = scene(false)
  other.hangUp.tell(null)
  other.response.emit('close')
  expect(other.told).toEqual([])
})
