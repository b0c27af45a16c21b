import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Answer, Sent } from './visitor.ts'

/** Sends over the network, with no header but those given: `fetch` adds its own. All of it comes from this machine's address, whatever the request says. */
export function sendOverNetwork({ method, url, headers, body }: Sent): Promise<Answer> {
  const request = url.startsWith('https:') ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: body === null ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }, timeout: 30_000 }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('the server did not answer')))
    outgoing.on('error', reject)
    outgoing.end(body ?? undefined)
  })
}
