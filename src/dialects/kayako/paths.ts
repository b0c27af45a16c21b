const OWN = '/api/v1/'

/**
 * The address as it is routed: doubled slashes folded (one client sends `/api/v1//conversations/…`), and neither a `.json` nor a slash at the path's end. Every path exists
 * with and without `.json`. Only for this dialect's own paths: `/api/v1.1/…` and all others come back as they are.
 */
export function foldPath(url: string): string {
  if (!url.startsWith(OWN)) return url
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  const query = end === -1 ? '' : url.slice(end)
  return path.replace(/\/{2,}/g, '/').replace(/(\.json)?\/?$/, '') + query
}
