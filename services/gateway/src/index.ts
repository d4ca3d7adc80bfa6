export { type GatewayConfig, gatewaySettings } from './config.ts'
export type { QueueSpec } from './live/queue.ts'
export { createGateway, type RunningGateway } from './service.ts'
