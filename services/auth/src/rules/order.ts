/** Does the order name each of these once, and nothing else? */
export const isOrderOf = (order: readonly number[], list: readonly { readonly id: number }[]): boolean =>
  order.length === list.length && list.every(({ id }) => order.includes(id))
