import { readMarkup, fieldsOf, type Form, type ReadPage } from './page-reader.ts'

/** One request, and whose address it is said to come from. */
export interface Sent { method: string, url: string, headers: Record<string, string>, body: string | null, address: string }
export interface Answer { status: number, headers: Record<string, string | string[] | number | undefined>, body: string }
export type Send = (request: Sent) => Promise<Answer>

/** Who somebody is to a server. */
export interface Identity {
  address: string
  /** Null: says nothing of it. */
  agent: string | null
  language: string | null
  keeps_cookies: boolean
}

/** A page as it was answered in the end. */
export interface Visited extends ReadPage { url: string, status: number, body: string }

/** A client without JavaScript: it follows redirects, up to five, and keeps cookies if it does. */
export interface Visitor {
  head(url: string): Promise<void>
  open(url: string): Promise<Visited>
  /** Sends a form as it stands. */
  submit(form: Form): Promise<Visited>
}

export function makeVisitor(send: Send, identity: Identity): Visitor {
  const jar: Cookie[] = []
  const request = async (method: string, url: string, body: string | null = null): Promise<Answer> => {
    const answer = await send({ method, url, body, address: identity.address, headers: headersOf(identity, jar, url, body) })
    if (identity.keeps_cookies) keepCookies(jar, answer, url)
    return answer
  }
  const visit = async (method: string, url: string, body: string | null, hops: number): Promise<Visited> => {
    const answer = await request(method, url, body)
    const { location } = answer.headers
    if (answer.status >= 300 && answer.status < 400 && typeof location === 'string' && hops > 0) return visit('GET', new URL(location, url).href, null, hops - 1)
    return { url, status: answer.status, body: answer.body, ...readMarkup(answer.body, url) }
  }
  return {
    head: async (url) => void await request('HEAD', url),
    open: (url) => visit('GET', url, null, 5),
    submit: (form) => form.method === 'POST' ? visit('POST', form.action, new URLSearchParams(fieldsOf(form)).toString(), 5) : visit('GET', form.action, null, 5),
  }
}

interface Cookie { host: string, path: string, name: string, value: string }

function headersOf({ agent, language }: Identity, jar: Cookie[], url: string, body: string | null): Record<string, string> {
  const { host, pathname, origin } = new URL(url)
  const cookies = jar.filter((cookie) => cookie.host === host && (pathname === cookie.path || pathname.startsWith(`${cookie.path.replace(/\/$/, '')}/`)))
  return {
    accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    ...agent === null ? {} : { 'user-agent': agent },
    ...language === null ? {} : { 'accept-language': language },
    ...cookies.length === 0 ? {} : { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
    ...body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin },
  }
}

function keepCookies(jar: Cookie[], { headers }: Answer, url: string): void {
  const set = headers['set-cookie']
  for (const line of typeof set === 'string' ? [set] : Array.isArray(set) ? set : []) {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    const cookie = { host: new URL(url).host, path: /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/', name, value }
    const known = jar.findIndex((one) => one.host === cookie.host && one.path === cookie.path && one.name === name)
    jar.splice(known < 0 ? jar.length : known, 1, cookie)
  }
}
