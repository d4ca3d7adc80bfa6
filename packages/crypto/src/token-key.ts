import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** An Ed25519 key that signs tokens: the private JWK for its one holder, the public one for everybody else. */
export interface TokenKey {
  /** RFC 7638 thumbprint: names the key in a token's header. */
  kid: string
  privateJwk: JWK
  publicJwk: JWK
}

/** Makes a token key; `holder` (`gateway`, `cli`) starts its id, so that a token names who signed it. */
export async function createTokenKey(holder: string): Promise<TokenKey> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const shown = await exportJWK(publicKey)
  const kid = `${holder}.${await calculateJwkThumbprint(shown)}`
  const shared = { kid, alg: 'EdDSA', use: 'sig' }
  return {
    kid,
    privateJwk: { ...(await exportJWK(privateKey)), ...shared },
    publicJwk: { ...shown, ...shared },
  }
}

/** The public keys of all signers as one JWKS document, as services read it from TOKEN_KEYS_FILE. */
export const jwksOf = (keys: readonly Pick<TokenKey, 'publicJwk'>[]): { keys: JWK[] } => ({
  keys: keys.map((key) => key.publicJwk),
})
