import { runService } from '@parley/kit'
import { streamsSettings } from './config.ts'
import { createStreams } from './service.ts'

await runService('streams', streamsSettings, createStreams)
