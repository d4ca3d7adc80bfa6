import type { Server } from 'node:https'
import { emojiDataPath, unknownAvatar } from '@parley/api'
import type { Metrics } from '@parley/kit'
import type { FastifyInstance } from 'fastify'
import { pages } from '../pages/pages.ts'
import { emojiData } from './emoji-data.ts'
import { admitStranger, findSentImage, type ImageDeps, imagesUrl } from './images.ts'

const method = ['GET', 'HEAD']

/** What stands beside the API for anybody: images, the names of emoji, and the pages that links in mails lead to. */
export function addStatics(
  app: Pick<FastifyInstance<Server>, 'route'>,
  deps: ImageDeps & { readonly metrics: Metrics },
): void {
  for (const url of [imagesUrl, unknownAvatar])
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        const params = request.params as Record<string, string>
        const { headers, bytes } = await findSentImage(deps, request.raw, request.id, params)
        deps.metrics.served.inc({ op: 'image', code: 'ok' })
        return reply.headers(headers).send(bytes)
      },
    })
  app.route({
    method,
    url: emojiDataPath,
    handler: async (request, reply) => {
      await admitStranger(deps, request.raw)
      const { status, headers, bytes } = emojiData(request.headers)
      deps.metrics.served.inc({ op: 'emoji-data', code: 'ok' })
      return reply.code(status).headers(headers).send(bytes)
    },
  })
  for (const [url, { headers, bytes }] of Object.entries(pages))
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        await admitStranger(deps, request.raw)
        deps.metrics.served.inc({ op: 'page', code: 'ok' })
        return reply.headers(headers).send(bytes)
      },
    })
}
