import { type Environment, loadConfig, type RunningService, type ServiceDeps } from '@parley/kit'
import { auditSettings, createAudit } from '@parley/service-audit'
import { authSettings, createAuth } from '@parley/service-auth'
import { createGateway, gatewaySettings } from '@parley/service-gateway'
import { createMessaging, messagingSettings } from '@parley/service-messaging'
import { createRelayService, relaySettings } from '@parley/service-relay'
import { createStreams, streamsSettings } from '@parley/service-streams'
import { createUploads, uploadsSettings } from '@parley/service-uploads'

type Start = (env: Environment, deps: ServiceDeps) => Promise<RunningService>

/** Every service, started from an environment exactly as its process would be. */
export const start = {
  relay: (env, deps) => createRelayService(loadConfig(relaySettings, env), deps),
  auth: (env, deps) => createAuth(loadConfig(authSettings, env), deps),
  streams: (env, deps) => createStreams(loadConfig(streamsSettings, env), deps),
  messaging: (env, deps) => createMessaging(loadConfig(messagingSettings, env), deps),
  uploads: (env, deps) => createUploads(loadConfig(uploadsSettings, env), deps),
  audit: (env, deps) => createAudit(loadConfig(auditSettings, env), deps),
  gateway: (env, deps) => createGateway(loadConfig(gatewaySettings, env), deps),
} satisfies Record<string, Start>

export type NetworkService = keyof typeof start
