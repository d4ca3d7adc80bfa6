export * from './api-client.ts'
export * from './contract.ts'
