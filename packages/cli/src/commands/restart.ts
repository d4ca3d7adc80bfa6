import { z } from 'zod'
import type { Command } from '../command.ts'
import { ask, installationOf } from './running.ts'

export const restart: Command = {
  name: 'restart',
  summary: 'let a service finish its work and start it anew',
  positionals: ['SERVICE'],
  details:
    'SERVICE is a service (gateway: all of them, one after the other), one instance (gateway-2), or postgres, nats, redis.',
  options: {},
  async run(input) {
    const [name = ''] = input.positionals
    await ask(installationOf(input), { ask: 'restart', name }, z.null(), input.out.progress)
    input.out.document({ restarted: name })
    input.out.say(`${name} was restarted`)
    return 0
  },
}
