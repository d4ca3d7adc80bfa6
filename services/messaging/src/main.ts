import { runService } from '@parley/kit'
import { messagingSettings } from './config.ts'
import { createMessaging } from './service.ts'

await runService('messaging', messagingSettings, createMessaging)
