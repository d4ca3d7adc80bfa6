import { expect, test } from 'vitest'
import { contractAvailable, contractFaults, eventFaults } from './contract.ts'

test.runIf(contractAvailable())('answers are held against the contract strictly', () => {
  const good = { result: 'success', msg: '', stream_id: 15 }
  expect(contractFaults('GET', '/get_stream_id', 200, good)).toEqual([])
  expect(contractFaults('GET', '/get_stream_id', 200, { ...good, extra: 1 })).not.toEqual([])
  expect(contractFaults('GET', '/get_stream_id', 200, { ...good, stream_id: '15' })).not.toEqual([])
  expect(
    contractFaults('GET', '/get_stream_id', 400, { result: 'error', msg: 'x', code: 'BAD_REQUEST' }),
  ).toEqual([])
  expect(contractFaults('GET', '/get_stream_id', 400, { result: 'error' })).not.toEqual([])
  expect(contractFaults('GET', '/nowhere', 200, {})).not.toEqual([])
})

test.runIf(contractAvailable())('events are held against the contract strictly', () => {
  expect(eventFaults({ type: 'heartbeat', id: 1 })).toEqual([])
  expect(eventFaults({ type: 'heartbeat', id: 'x' })).not.toEqual([])
  expect(eventFaults({ type: 'no-such', id: 1 })).not.toEqual([])
})
