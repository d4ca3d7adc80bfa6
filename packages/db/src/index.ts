export * from './tx.ts'
