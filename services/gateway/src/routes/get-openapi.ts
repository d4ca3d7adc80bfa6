import { openApi, operations, parseParams, getOpenApi as declared } from '@parley/api'
import type { Exchange } from '../edge/exchange.ts'
import { type Rendered, renderSuccess } from '../edge/render.ts'

// The same for everybody and as long as this process lives.
const description = openApi(operations)

/** Describes every endpoint that is built. */
export function describeApi({ raw }: Exchange): Promise<Rendered> {
  const { ignored } = parseParams(declared.params, raw)
  return Promise.resolve(renderSuccess({ openapi: description }, ignored))
}
