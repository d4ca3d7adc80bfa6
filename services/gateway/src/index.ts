export { type GatewayConfig, gatewaySettings } from './config.ts'
export { createGateway, type RunningGateway } from './service.ts'
