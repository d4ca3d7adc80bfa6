export { type UploadsConfig, uploadsSettings } from './config.ts'
export { createUploads } from './service.ts'
