import { expect, test } from 'vitest'
import { dated } from './logs.ts'

const day = Date.UTC(2026, 10, 27)
const at = (hours: number, minutes: number, seconds: number): number =>
  day + ((hours * 60 + minutes) * 60 + seconds) * 1000

test.each([
  ['a service', '{"level":"info","time":"2026-11-27T20:46:13.000Z","msg":"ready"}', at(20, 46, 13)],
  ['the supervisor', '2026-11-27T20:46:16.000Z certificates issued: public', at(20, 46, 16)],
  ['Postgres', '2026-11-27 21:06:03.000 UTC [29994] @ LOG:  checkpoint starting: time', at(21, 6, 3)],
  // These two write the time of the machine's zone.
  ['NATS', '[29959] 2026/11/27 21:06:32.000000 [INF] Reloaded', new Date(2026, 10, 27, 21, 6, 32).getTime()],
  [
    'Redis',
    '29974:M 27 Nov 2026 20:46:02.000 * Ready to accept',
    new Date(2026, 10, 27, 20, 46, 2).getTime(),
  ],
])('%s says when a line was', (_, line, expected) => {
  expect(dated('x', [line])).toEqual([{ name: 'x', line, at: expected }])
})

test('a line that does not say so belongs to the one before', () => {
  const lines = ['odd', '{"time":"2026-11-27T20:46:13.000Z"}', 'DETAIL: more', '{"time":"nonsense at all"}']
  expect(dated('x', lines).map((one) => one.at)).toEqual([0, at(20, 46, 13), at(20, 46, 13), at(20, 46, 13)])
})
