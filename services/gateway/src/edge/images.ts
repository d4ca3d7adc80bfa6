import type { IncomingMessage } from 'node:http'
import { imagesByIp, type findImage, type Output, unknownPicture } from '@parley/api'
import { AppError } from '@parley/core'
import type { Organisations } from '../identity/organisations.ts'
import { counters } from '../limits/limit-keys.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Admission } from './admission.ts'
import { fixedHeaders } from './headers.ts'
import { siteOf } from './host.ts'

export interface ImageDeps {
  readonly organisations: Organisations
  readonly limiter: Limiter
  readonly admission: Admission
  readonly publicHost: string
  readonly limitFactor: number
  readonly images: (
    org: number,
    path: string,
    options: { readonly requestId: string },
  ) => Promise<Output<typeof findImage>>
}

/** An image as it goes out. */
export interface SentImage {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** Where images are, as fastify writes it. */
export const imagesUrl = '/user_avatars/:org/*'
const known =
  /^(?:(?:emoji\/images\/(?:still\/)?|realm\/|avatars\/(?:of-ids\/)?(?:medium\/)?)[0-9a-f]{32}\.(?:png|webp)|realm\/(?:icon|logo)\.png)$/

/**
 * The image at an address, for whoever has that: nobody guesses it, and what is there never changes.
 * @throws AppError NOT_FOUND where there is none in the host's organisation; RATE_LIMIT_HIT; UNAVAILABLE
 */
export async function findSentImage(
  deps: ImageDeps,
  request: IncomingMessage,
  requestId: string,
  params: Readonly<Record<string, string>>,
): Promise<SentImage> {
  const org = await admitStranger(deps, request)
  // At an address of every organisation there is one picture alone.
  const path = params['*'] ?? unknownPicture
  const there = params['*'] === undefined || (params['org'] === String(org) && known.test(path))
  const found = there
    ? await deps.admission.take(org, true, () => deps.images(org, path, { requestId }))
    : null
  if (!found) throw new AppError('NOT_FOUND', 'Not Found')
  return {
    headers: { ...imageHeaders, 'content-type': found.mediaType },
    bytes: Buffer.from(found.bytes, 'base64'),
  }
}

/**
 * Lets anybody load what is no secret, as often as pages need it.
 * @returns the host's organisation
 * @throws AppError where there is none; RATE_LIMIT_HIT
 */
export async function admitStranger(
  deps: Pick<ImageDeps, 'organisations' | 'limiter' | 'publicHost' | 'limitFactor'>,
  request: IncomingMessage,
): Promise<number> {
  const org = await deps.organisations.of(siteOf(request.headers.host, deps.publicHost).subdomain)
  const ip = request.socket.remoteAddress ?? ''
  await deps.limiter.hit(counters(imagesByIp, { org, user: null, ip, account: null }, deps.limitFactor))
  return org
}

const imageHeaders: Readonly<Record<string, string>> = {
  ...fixedHeaders,
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  vary: 'Host',
}
