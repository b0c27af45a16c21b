/**
 * What the HTTP lines are measured against: `node bench/baseline-http.ts JSON`, a bare Fastify that validates a body and makes one durable row of it, by a statement with a name, one commit a row.
 * Prints its address. It takes tickets and feedback requests as JSON (POST /tickets, /requests) and filled-in forms (POST /forms/…); looked at (GET /forms/…) it notes the visit in the same way and answers with the page in `page_file`.
 */
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { Type, type Static } from 'typebox'

const text = Type.String({ maxLength: 500 })
const Ticket = Type.Object({
  ticketID: Type.Integer(), ticketTitle: text, boardName: text, companyRecID: Type.Integer(), companyName: text, contactRecID: Type.Integer(), contactName: text, contactEmail: text, resource: text,
  ticketCreatedOn: text, ticketClosedOn: text, ticketUpdatedOn: text,
})
const Request = Type.Object({
  email: text, send_at: text, survey_id: Type.Integer(), email_template_id: Type.Integer(), first_name: text, surname: text, reference: text, machine_id: text,
  data: Type.Array(Type.Object({ key: text, value: text })), reminders: Type.Array(Type.Object({ email_template_id: Type.Integer(), send_at: text })),
})
const Form = Type.Record(Type.String(), text)

const COLUMNS = 'a bigint, b text, c text, d bigint, e text, f bigint, g text, h text, i text, j timestamptz, k timestamptz, l timestamptz'
const INSERT = { name: 'insert', text: 'insert into baseline (a, b, c, d, e, f, g, h, i, j, k, l) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id' }

const options: { page_file?: string } = JSON.parse(process.argv[2] ?? '{}')
const page = options.page_file === undefined ? '' : readFileSync(options.page_file, 'utf8')
const pool = new pg.Pool({ ...options, max: 10 })
await pool.query(`create table if not exists baseline (id bigint generated always as identity primary key, ${COLUMNS})`)
const app = Fastify()
await app.register(formbody)

app.post<{ Body: Static<typeof Ticket> }>('/tickets', { schema: { body: Ticket } }, async ({ body }, reply) => {
  const { rows } = await pool.query({ ...INSERT, values: Object.values(body) })
  return reply.code(201).send(rows[0])
})

app.post<{ Body: Static<typeof Request> }>('/requests', { schema: { body: Request } }, async ({ body }, reply) => {
  const { email, send_at, survey_id, email_template_id, first_name, surname, reference, machine_id, data, reminders } = body
  const now = new Date()
  const { rows } = await pool.query({ ...INSERT, values: [survey_id, email, first_name, email_template_id, surname, 3, reference, machine_id, JSON.stringify({ data, reminders }), send_at, now, now] })
  return reply.code(201).send(rows[0])
})

app.post<{ Body: Static<typeof Form>, Params: { token: string } }>('/forms/:token', { schema: { body: Form } }, async ({ body, params, headers }, reply) => {
  const now = new Date()
  const fields = Object.values(body)
  await pool.query({ ...INSERT, values: [1, params.token, fields[0], 2, fields[1], 3, String(headers['x-forwarded-for']), headers['user-agent'], 'form', now, now, now] })
  return reply.redirect('/thanks', 303)
})

app.get<{ Params: { token: string } }>('/forms/:token', async ({ params, headers }, reply) => {
  const now = new Date()
  await pool.query({ ...INSERT, values: [1, params.token, '', 2, '', 3, String(headers['x-forwarded-for']), headers['user-agent'], 'visit', now, now, now] })
  return reply.type('text/html; charset=utf-8').send(page)
})

console.log(`listens on ${await app.listen({ port: 0, host: '127.0.0.1' })}`)
process.once('SIGTERM', () => void app.close().then(() => pool.end()))
