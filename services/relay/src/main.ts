import { runService } from '@parley/kit'
import { relaySettings } from './config.ts'
import { createRelayService } from './service.ts'

await runService('relay', relaySettings, createRelayService)
