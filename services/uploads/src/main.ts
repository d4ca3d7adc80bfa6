import { runService } from '@parley/kit'
import { uploadsSettings } from './config.ts'
import { createUploads } from './service.ts'

await runService('uploads', uploadsSettings, createUploads)
