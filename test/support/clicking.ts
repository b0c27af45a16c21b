import type { LightMyRequestResponse } from 'fastify'
import { scoreCode } from '../../src/core/clicks/links.ts'
import type { Context } from '../../src/core/context.ts'
import { listResponses } from '../../src/core/responses/list.ts'
import type { World } from './world.ts'

/** A browser as far as pages of forms need one: it keeps the page that it opened last, and cookies if it does. */
export interface Browser {
  scoreLink(token: string, score: number): string
  /** Opens an address; answers the page. */
  open(path: string): Promise<string>
  /** Sends the form of the page that is open, as it stands, or with these. */
  send(fields: { score?: number, comment?: string, website?: string }): Promise<LightMyRequestResponse>
  /** Reports what the page's script reports once it has seen somebody move. */
  click(fields?: { page?: string }): Promise<LightMyRequestResponse>
}

const AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

export function openBrowser({ app }: World, { address, cookies = true }: { address: string, cookies?: boolean }): Browser {
  let [path, page] = ['', '']
  const jar = new Map<string, string>()
  const headers = (more: Record<string, string> = {}) => ({ 'user-agent': AGENT, 'accept-language': 'en-GB,en;q=0.9', accept: 'text/html', ...cookies && jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}, ...more })
  const post = (url: string, fields: Record<string, string>) => app.inject({ method: 'POST', url, remoteAddress: address, headers: headers({ 'content-type': 'application/x-www-form-urlencoded' }), payload: new URLSearchParams(fields).toString() })
  const hidden = () => /name="page" value="([^"]*)"/.exec(page)?.[1] ?? ''
  return {
    scoreLink: (token, score) => `/surveys/${token}/r/${scoreCode(token, score)}`,
    async open(url) {
      const reply = await app.inject({ url, remoteAddress: address, headers: headers() })
      ;[path, page] = [url, reply.body]
      for (const cookie of [reply.headers['set-cookie'] ?? []].flat()) jar.set(cookie.split('=', 1)[0] ?? '', cookie.slice(cookie.indexOf('=') + 1).split(';', 1)[0] ?? '')
      return page
    },
    send({ score, comment = '', website = '' }) {
      const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1] ?? path
      const radio = /<input type="radio" name="([^"]+)"/.exec(page)?.[1] ?? 'q0'
      const chosen = /<input type="radio" name="[^"]+" value="(-?\d+)"[^>]* checked/.exec(page)?.[1] ?? ''
      const text = /<textarea id="([^"]+)"/.exec(page)?.[1] ?? 'q1'
      return post(action, { page: hidden(), website, [radio]: score === undefined ? chosen : String(score), [text]: comment })
    },
    click: (fields = {}) => post(path, { page: hidden(), gesture: '1', ...fields }),
  }
}

/** What the account's lists count. */
export async function figuresOf(ctx: Context): Promise<unknown> {
  const { rows, total } = await listResponses(ctx, {}, { offset: 0, limit: 100 })
  return { total, ids: rows.map(({ id }) => id) }
}
