export { type RelayConfig, relaySettings } from './config.ts'
export { createRelayService } from './service.ts'
