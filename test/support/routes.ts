import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'

/** What `build` makes, and every route of the servers that it makes, as `METHOD url`. HEAD goes with GET. */
export async function collectRoutes<T>(build: () => Promise<T>): Promise<{ built: T, routes: string[] }> {
  const routes = new Set<string>()
  const listen = (message: unknown): void => {
    if (!isNewServer(message)) return
    message.fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD') routes.add(`${one} ${url}`)
    })
  }
  subscribe('fastify.initialization', listen)
  try {
    return { built: await build(), routes: [...routes].sort() }
  } finally {
    unsubscribe('fastify.initialization', listen)
  }
}

function isNewServer(message: unknown): message is { fastify: FastifyInstance } {
  return typeof message === 'object' && message !== null && 'fastify' in message
}
