import {
  authSpectatorSnapshot,
  featureLevel,
  parseParams,
  register,
  type SpectatorRequest,
  streamsSpectatorSnapshot,
  zulipMergeBase,
  zulipVersion,
} from '@parley/api'
import { owned } from '@parley/kit'
import type { Context } from '../context.ts'
import type { Exchange } from '../edge/exchange.ts'
import { type Rendered, renderJson } from '../edge/render.ts'

const parts = [authSpectatorSnapshot, streamsSpectatorSnapshot] as const

/**
 * What somebody begins with who has no account. There is no queue behind it, so each service reads at its own moment.
 * @throws AppError UNAUTHORIZED where the organisation lets nobody look, by the services' own decision
 */
export async function registerSpectator(
  { link }: Pick<Context, 'link'>,
  { raw, facts, hangUp, requestId }: Exchange,
): Promise<Rendered> {
  const { input, ignored } = parseParams(register.params, raw)
  const request: SpectatorRequest = {
    org: facts.org,
    types: input.fetch_event_types ?? input.event_types ?? null,
    capabilities: input.client_capabilities,
    url: facts.url,
  }
  const options = { signal: hangUp.signal, requestId }
  const answers = await Promise.all(parts.map((part) => link.callForJson(part, request, options)))
  const own = {
    queue_id: null,
    last_event_id: -1,
    zulip_version: zulipVersion,
    zulip_feature_level: featureLevel,
    zulip_merge_base: zulipMergeBase,
  }
  return renderJson([...answers, owned(Buffer.from(JSON.stringify(own)))], ignored)
}
