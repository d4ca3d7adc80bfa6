import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createVoice } from './voice.ts'

test('who comes while something goes on hears what was said of it, who comes later only what comes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-voice-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const voice = createVoice(folder, { now: () => 0 })
  const hear = (): { readonly heard: string[]; readonly end: () => void } => {
    const heard: string[] = []
    return { heard, end: voice.listen((line) => heard.push(line)) }
  }
  voice.say('starting')
  const early = hear()
  voice.say('ready')
  voice.settle()
  const late = hear()
  voice.say('restarting')
  early.end()
  voice.begin()
  voice.say('stopping')
  const last = hear()
  voice.say('stopped')
  voice.close()

  expect(early.heard).toEqual(['starting', 'ready', 'restarting'])
  expect(late.heard).toEqual(['restarting', 'stopping', 'stopped'])
  expect(last.heard).toEqual(['stopping', 'stopped'])
  const lines = ['starting', 'ready', 'restarting', 'stopping', 'stopped']
  expect(readFileSync(join(folder, 'supervisor.log'), 'utf8')).toBe(
    lines.map((line) => `1970-01-01T00:00:00.000Z ${line}\n`).join(''),
  )
})
