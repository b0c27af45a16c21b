import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

/** Runs a curl command as documents print it: `-H`, `-X`, `-d`, `-i` and `-I`, quoted for a shell, over several lines. */
export async function curl({ app }: World, command: string): Promise<LightMyRequestResponse> {
  const [program, ...words] = shellWords(command)
  if (program !== 'curl') throw new Error(`${program} is not curl`)
  // What curl says of itself where nobody says otherwise.
  const headers: Record<string, string> = { 'user-agent': 'curl/8.5.0', accept: '*/*' }
  let [method, body, url]: (string | undefined)[] = []
  for (let next = words.shift(); next !== undefined; next = words.shift()) {
    if (next === '-X') method = words.shift()
    else if (next === '-d') body = words.shift()
    else if (next === '-I') method = 'HEAD'
    else if (next === '-H') Object.assign(headers, headerOf(words.shift() ?? ''))
    else if (next !== '-i') url = next
  }
  const { pathname, search } = new URL(url ?? '')
  return app.inject({ method: (method ?? (body === undefined ? 'GET' : 'POST')) as 'GET', url: pathname + search, headers, ...(body !== undefined && { payload: body }) })
}

function headerOf(text: string): Record<string, string> {
  const colon = text.indexOf(':')
  return { [text.slice(0, colon).toLowerCase()]: text.slice(colon + 1).trim() }
}

/** Words of a shell command: what is in quotes is one, a backslash before a line's end goes on with the next. */
function shellWords(command: string): string[] {
  const pieces = command.replace(/\\\n/g, ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)
  return [...pieces].map(([, single, double, bare]) => single ?? double ?? bare ?? '')
}
