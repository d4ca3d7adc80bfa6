import { runService } from '@parley/kit'
import { auditSettings } from './config.ts'
import { createAudit } from './service.ts'

await runService('audit', auditSettings, createAudit)
