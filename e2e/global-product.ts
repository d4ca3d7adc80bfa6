import type { TestProject } from 'vitest/node'
import { compile, startProduct } from './product.ts'

declare module 'vitest' {
  interface ProvidedContext {
    product: { data: string; run: string }
  }
}

/** One product for all end-to-end files that do not break it; each file makes its own organisation in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await compile()
  const product = await startProduct({ gateways: 2, demo: true })
  project.provide('product', { data: product.data, run: JSON.stringify(product.run) })
  return async () => {
    await product[Symbol.asyncDispose]()
  }
}
