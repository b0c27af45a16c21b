/** A request takes no longer: that is within the lease's minute and its renewals. */
export const TIMEOUT_MS = 30_000
/** More of an answer is not read. */
const ANSWER_BYTES = 64 * 1024
const LONGEST_PAUSE_SECONDS = 4 * 3600

/** Failures before any request was on its way: no such host, nobody there, not who it says it is. After others nobody can know whether it arrived. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EACCES|EPERM|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|\w*CERT\w*|UNABLE_TO_\w+|DEPTH_ZERO_\w+|ERR_SSL_\w+)$/

/** What a request that got no answer failed of. */
export function failureOf(error: unknown): { detail: string, code: string | null, is_ambiguous: boolean } {
  const code = codeOf(error)
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  const detail = isTimeout ? 'the provider did not answer in time' : `the provider could not be reached${code === null ? '' : ` (${code})`}`
  return { detail, code: code ?? (isTimeout ? 'ETIMEDOUT' : null), is_ambiguous: code === null || !NEVER_SENT.test(code) }
}

/** The client's own errors carry the one that matters as their cause. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code } = Object.fromEntries(Object.entries(error))
  return typeof code === 'string' ? code : codeOf(error.cause)
}

/** An answer's JSON object. The status alone says whether a message was taken: an answer that is cut off, too long or no JSON says no more than that. */
export async function readBody(response: Response): Promise<Record<string, unknown>> {
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > ANSWER_BYTES) return {}
      chunks.push(chunk)
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

export function oneLine(text: unknown): string | null {
  return typeof text === 'string' ? text.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, 300) || null : null
}

/** In seconds only, as these APIs say it. */
export function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Math.min(Number(header), LONGEST_PAUSE_SECONDS) * 1000 : null
}
