/** Who has certificates in an installation, and what for. */
export interface Identity {
  /** Its Postgres role and so the CN of its client certificate; none for those that only listen. */
  role?: string
  listens: boolean
}

export const identities = {
  gateway: { role: 'svc_gateway', listens: true },
  auth: { role: 'svc_auth', listens: true },
  streams: { role: 'svc_streams', listens: true },
  messaging: { role: 'svc_messaging', listens: true },
  uploads: { role: 'svc_uploads', listens: true },
  audit: { role: 'svc_audit', listens: true },
  relay: { role: 'svc_relay', listens: true },
  cli: { role: 'parley_cli', listens: false },
  owner: { role: 'parley_owner', listens: false },
  postgres: { listens: true },
  nats: { listens: true },
  redis: { listens: true },
} as const satisfies Record<string, Identity>

export type IdentityName = keyof typeof identities

/** Every Postgres role that signs in with a certificate. */
export const databaseRoles: readonly string[] = Object.values(identities).flatMap((identity) =>
  'role' in identity ? [identity.role] : [],
)
