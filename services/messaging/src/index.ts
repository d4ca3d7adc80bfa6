export { type MessagingConfig, messagingSettings } from './config.ts'
export { createMessaging } from './service.ts'
