import { runService } from '@parley/kit'
import { gatewaySettings } from './config.ts'
import { createGateway } from './service.ts'

await runService('gateway', gatewaySettings, createGateway)
