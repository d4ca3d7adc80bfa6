import { runService } from '@parley/kit'
import { authSettings } from './config.ts'
import { createAuth } from './service.ts'

await runService('auth', authSettings, createAuth)
