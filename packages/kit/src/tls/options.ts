import { constants } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import type { TlsMaterial } from './certificates.ts'

/**
 * What every internal listener uses: TLS 1.3, a client certificate of our authority, and no session tickets,
 * since a resumed session shows no certificate and outlives the one it was made with.
 */
export const listenerOptions = ({ cert, key, ca, crl }: TlsMaterial) =>
  ({
    cert,
    key,
    ca,
    ...(crl ? { crl } : {}),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: 5_000,
  }) as const satisfies TlsOptions
