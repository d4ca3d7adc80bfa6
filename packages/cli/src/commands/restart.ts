import { z } from 'zod'
import type { Command } from '../command.ts'
import { allServices } from '../supervisor/control.ts'
import { ask, installationOf } from './running.ts'

export const restart: Command = {
  name: 'restart',
  summary: 'let services finish their work and start them anew',
  positionals: ['[SERVICE]'],
  details:
    'SERVICE is a service (gateway: all of them, one after the other), one instance (gateway-2), or postgres, nats, redis.\n' +
    'Without one, all services are restarted, one after the other; no request fails by it.',
  options: {},
  async run(input) {
    const [name = allServices] = input.positionals
    await ask(installationOf(input), { ask: 'restart', name }, z.null(), input.out.progress)
    input.out.document({ restarted: name })
    input.out.say(name === allServices ? 'all services were restarted' : `${name} was restarted`)
    return 0
  },
}
