export { type AuthConfig, authSettings } from './config.ts'
