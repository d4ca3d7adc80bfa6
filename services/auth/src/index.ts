export { type AuthConfig, authSettings } from './config.ts'
export { createAuth } from './service.ts'
