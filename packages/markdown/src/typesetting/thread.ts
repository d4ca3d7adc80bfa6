import { parentPort } from 'node:worker_threads'
import { make } from './make.ts'
import type { Part } from './part.ts'

// Whoever started this hears first that all is loaded, then what the parts of each message that comes have become.
parentPort?.on('message', (parts: readonly Part[]) => parentPort?.postMessage(make(parts), []))
parentPort?.postMessage('ready', [])
