export { type MessagingConfig, messagingSettings } from './config.ts'
