// once
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
import { closeWithin } from './serve.ts'

test('a client that never ends its request does not keep the server from stopping', { timeout: 60_000 }, async () => {
  const app = Fastify()
  app.post('/', async () => 'done')
  const begun = new Promise<void>((resolve) => void app.addHook('onRequest', async () => resolve()))
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined).resume()
  const closed = once(socket, 'close')
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf')
  await begun
  await closeWithin(app, 50)
  await closed
})

test('a request that ends in time is answered', { timeout: 60_000 }, async () => {
  const app = Fastify()
  let answer: (text: string) => void = () => undefined
  const begun = new Promise<void>((resolve) => void app.get('/', () => new Promise<string>((done) => {
    answer = done
    resolve()
  })))
  const got = fetch(await app.listen({ host: '127.0.0.1', port: 0 }), { headers: { connection: 'close' } })
  await begun
  const closing = closeWithin(app, 5000)
  answer('done')
  assert.equal(await (await got).text(), 'done')
  await closing
})
