import { inject } from 'vitest'
import { parley, type Product, type Run } from './product.ts'

/** The product that all end-to-end files share (see global-product.ts). Nobody may break it. */
export const sharedProduct = (): Pick<Product, 'run' | 'parley'> => {
  const { data, run } = inject('product')
  // Written by startProduct, which has parsed it.
  return { run: JSON.parse(run) as Run, parley: (args) => parley([...args, '--data', data]) }
}
