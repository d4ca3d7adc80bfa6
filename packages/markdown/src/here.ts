import type { RenderContext } from './context.ts'
import { draft, type Rendered } from './render.ts'
import { make } from './typesetting/make.ts'

/** Renders in the thread that asks: for tests. Whoever answers others uses a renderer, which holds nobody up. */
export function render(source: string, context: RenderContext): Rendered {
  const drafted = draft(source, context)
  return drafted.with(make(drafted.parts))
}
