export { type AuditConfig, auditSettings } from './config.ts'
export { createAudit } from './service.ts'
