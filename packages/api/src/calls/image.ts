import { z } from 'zod'
import { perIp } from '../operation.ts'
import { call } from '../operation.ts'

/** Images that a page shows at once, and those of the next few pages. */
export const imagesByIp = [perIp('images_by_ip', 3000, 60)]

/** The image at a path of an organisation, for whoever has its address; null where there is none. */
export const findImage = call({
  id: 'uploads.image',
  service: 'uploads',
  callers: ['gateway'],
  idempotent: true,
  input: z.object({ org: z.int(), path: z.string().max(100) }),
  response: z
    .object({
      mediaType: z.enum(['image/png', 'image/webp']),
      /** Base64. */
      bytes: z.string(),
    })
    .nullable(),
})
