export { type StreamsConfig, streamsSettings } from './config.ts'
export { createStreams } from './service.ts'
