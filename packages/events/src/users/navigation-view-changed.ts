import { NavigationView } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** A view that somebody keeps at hand came, changed or went; nobody else hears of it. */
export const navigationViewChanged = event({
  type: 'navigation-view.changed',
  emitter: 'auth',
  audience: 'users',
  body: z.discriminatedUnion('op', [
    z.object({ op: z.literal('add'), navigation_view: NavigationView }),
    z.object({
      op: z.literal('update'),
      fragment: z.string(),
      data: NavigationView.pick({ is_pinned: true, name: true }).partial(),
    }),
    z.object({ op: z.literal('remove'), fragment: z.string() }),
  ]),
  wire: ['navigation_view'],
  shape: (body) => ({ type: 'navigation_view', ...body }),
})
