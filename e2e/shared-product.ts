import { inject } from 'vitest'
import { parley, type Product, Run } from './product.ts'

/** The product that all end-to-end files share (see global-product.ts). Nobody may break it. */
export const sharedProduct = (): Pick<Product, 'run' | 'parley'> => {
  const { data, run } = inject('product')
  return { run: Run.parse(JSON.parse(run)), parley: (args) => parley([...args, '--data', data]) }
}
