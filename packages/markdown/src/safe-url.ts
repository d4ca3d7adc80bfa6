const schemeOf = /^([a-z][a-z0-9+.-]*):/i
const allowed = /^(?:https?:\/\/[^/\\]|mailto:[^/]|tel:[+\d])/i
// Browsers drop tabs and newlines inside a URL and control characters before it.
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f]/

/**
 * The `href` for a URL as someone wrote it, or null if it must not become a link. Results are
 * http(s), mailto and tel URLs, absolute paths and fragments. What has neither scheme nor slash is
 * taken for a host or an e-mail address; links into the organisation become relative.
 */
export function safeHref(written: string, organisationUrl: string): string | null {
  const url = written.trim().replaceAll(' ', '%20')
  if (url === '' || controls.test(url)) return null
  if (url.startsWith('#')) return url.length > 1 ? url : null
  if (url.startsWith('/') && !/^\/[/\\]/.test(url)) return url
  if (schemeOf.test(url)) {
    if (!allowed.test(url)) return hostWithPort.test(url) ? `http://${url}` : null
    return relative(url, organisationUrl)
  }
  if (/^[/\\]/.test(url)) return null
  return /^[^/?#]+@/.test(url) ? `mailto:${url}` : `http://${url}`
}

const hostWithPort = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*:\d+(?:[/?#]|$)/i

function relative(url: string, organisationUrl: string): string {
  const path = url.startsWith(`${organisationUrl}/`) ? url.slice(organisationUrl.length) : ''
  if (path.startsWith('/#narrow')) return path.slice(1)
  return path.startsWith('/user_uploads/') ? path : url
}

/** The file that an `href` names, as `organisation/random/name`, if it is one of this organisation's. */
export function attachmentOf(href: string): string | null {
  return /^\/user_uploads\/(\d+\/[^?#]+)/.exec(href)?.[1] ?? null
}

/** Whether a URL looks like an image. */
export const isImage = (href: string): boolean =>
  /\.(?:bmp|gif|jpe?g|png|webp|avif|heic|tiff)$/i.test(path(href))

const path = (href: string): string => href.replace(/[?#].*$/s, '')
