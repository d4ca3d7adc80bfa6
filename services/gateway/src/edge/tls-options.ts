import type { ServerOptions } from 'node:https'
import type { PublicPair } from './public-certificate.ts'

/** TLS 1.2 and 1.3 with authenticated ciphers only. One context: names are those within the one certificate. */
export const tlsOptions = ({ cert, key }: PublicPair) =>
  ({
    cert,
    key,
    minVersion: 'TLSv1.2',
    ciphers: [
      'TLS_AES_256_GCM_SHA384',
      'TLS_CHACHA20_POLY1305_SHA256',
      'TLS_AES_128_GCM_SHA256',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'ECDHE-RSA-CHACHA20-POLY1305',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-RSA-AES128-GCM-SHA256',
    ].join(':'),
    honorCipherOrder: true,
    // Of a list Node makes a copy for each connection, a few bytes that keep a whole pool of buffers in memory.
    ALPNCallback: ({ protocols }) => protocols.find((name) => name === 'http/1.1'),
    handshakeTimeout: 10_000,
  }) as const satisfies ServerOptions
