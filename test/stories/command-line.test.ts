// once
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { openCommandLine, type CommandLine, type Ended } from '../support/command-line.ts'
import { until } from '../support/until.ts'

// The real command line, on an embedded database of its own. The tests follow each other, as days do. What is about processes (their exit codes, signals, who starts and stops
// the database) is tested by processes; all else is called in one, since a start takes longer than a command.
const launcher = join(import.meta.dirname, '../../bin/earshot.js')
const data_dir = mkdtempSync(join(tmpdir(), 'earshot-cli-'))
const env: NodeJS.ProcessEnv = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('EARSHOT_'))), EARSHOT_DATA_DIR: data_dir, EARSHOT_LOG_LEVEL: 'info' }
let server: Server | null = null
let command_line: CommandLine

before(async () => {
  env.EARSHOT_PORT = String(await freePort())
  command_line = await openCommandLine()
})
after(async () => {
  await command_line.close()
  await server?.stop()
  rmSync(data_dir, { recursive: true, force: true })
})

test('without any account it lists none', async () => {
  const { code, stdout } = await earshotProcess('account', 'list', '--json')
  assert.deepEqual([code, JSON.parse(stdout)], [0, []])
})

test('a command that needs an account says how to make one', async () => {
  const { code, stderr } = await earshotProcess('key', 'list')
  assert.equal(code, 1)
  assert.match(stderr, /there is no account yet: earshot account create/)
})

test('the server says where it listens, and how to begin', async () => {
  server = await startServer()
  assert.match(server.stdout(), new RegExp(`Earshot listens on http://127\\.0\\.0\\.1:${env.EARSHOT_PORT} `))
  assert.match(server.stdout(), /There is no account yet[\s\S]*account create --name/)
  assert.deepEqual(await getJson('/healthz'), { status: 'ok' })
})

let api_key = ''
test('account create prints exactly what scripts rely on, while the server runs', async () => {
  const { code, stdout } = await earshotProcess('account', 'create', '--name', 'Acme Ltd', '--time-zone', 'Europe/Berlin', '--json')
  assert.equal(code, 0)
  const made = JSON.parse(stdout)
  api_key = made.api_key
  const { login_url } = made
  assert.equal(stdout, `{"account":{"id":1,"name":"Acme Ltd","subdomain":"acme-ltd","time_zone":"Europe/Berlin"},"api_key":"${api_key}","login_url":"${login_url}"}\n`)
  assert.match(api_key, /^ek_[\w-]{43}$/)
  assert.match(login_url, new RegExp(`^http://localhost:${env.EARSHOT_PORT}/login/[\\w-]{22}$`))
})

test('its key is good at once in every dialect of the running server', async () => {
  const status = async (path: string, headers: Record<string, string>) => (await fetch(address(path), { headers })).status
  assert.equal(await status('/api/tickets/responses', { authorization: `Bearer ${api_key}` }), 200)
  assert.equal(await status('/surveys', { authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json' }), 200)
  assert.equal(await status('/api/v1/cases', { authorization: `Bearer ${api_key}` }), 200)
})

test('keys are made, listed and revoked', async () => {
  const made = await json('key', 'create', '--name', 'for the PSA', '--site', 'main')
  assert.deepEqual(Object.keys(made), ['id', 'api_key', 'client_id', 'client_secret'])
  const bearer = { headers: { authorization: `Bearer ${made.api_key}` } }
  assert.equal((await fetch(address('/api/tickets/responses'), bearer)).status, 200)
  assert.match((await earshot('key', 'list')).stdout, new RegExp(`${made.id}  for the PSA  main  `))
  assert.deepEqual(await json('key', 'revoke', String(made.id)), { id: made.id, revoked: true })
  assert.equal((await fetch(address('/api/tickets/responses'), bearer)).status, 401)
  await json('key', 'create', '--name', 'until spring', '--expires', '2099-03-01')
  assert.match((await earshot('key', 'list')).stdout, /until spring  all sites  never used, expires 2099-02-28T23:00:00.000Z/)
  assert.equal((await earshot('key', 'create', '--name', 'x', '--expires', '1')).code, 2)
  assert.equal((await earshot('key', 'revoke', '999')).code, 1)
  assert.equal((await earshot('key', 'revoke', 'abc')).code, 2)
})

test('snippets are made, listed, shown again and revoked', async () => {
  const made = await earshotWith({ EARSHOT_PUBLIC_URL: 'https://feedback.example.com' }, 'snippet', 'create', '--psa', 'halopsa', '--site', 'main', '--json')
  const { id, public_key, psa, html, ...more } = JSON.parse(made.stdout)
  assert.deepEqual([psa, more, made.stderr], ['halopsa', {}, ''])
  assert.ok(html.includes(`https://feedback.example.com/rate/${public_key}/10?ticket=$FAULTID&amp;`))
  const image = `${html.match(/src="https:\/\/feedback\.example\.com([^?]+)/)[1]}?ticket=1&email=jo@client.example`
  assert.equal((await fetch(address(image))).status, 200)

  const file = join(data_dir, 'snippet.html')
  const { code, stdout, stderr } = await earshot('snippet', 'create', '--psa', 'Generic', '--name', 'Closed', '--out', file)
  assert.deepEqual([code, stdout], [0, `Snippet ${id + 1} is in ${file}.\n`])
  assert.match(stderr, /^EARSHOT_PUBLIC_URL is http:\/\/localhost:\d+, which customers cannot reach/)
  assert.match(readFileSync(file, 'utf8'), /^<table[\s\S]*title=\{\{title\}\}[\s\S]*<\/table>\n$/)
  assert.match((await earshot('snippet', 'list')).stdout, new RegExp(`^${id}  halopsa  main  ${public_key}\n${id + 1}  Closed  main  ep_`))
  assert.equal((await earshot('snippet', 'show', String(id), '--psa', 'autotask')).stdout.match(/src="[^"]*\[Ticket: Number\]/g)?.length, 1)

  const french = (await earshot('snippet', 'show', String(id), '--psa', 'generic', '--locale', 'fr')).stdout
  assert.match(french, /\/10\?locale=fr&amp;ticket=[\s\S]*Très mauvais</)
  assert.deepEqual([(await earshot('snippet', 'create', '--psa', 'generic', '--locale', 'tlh')).code, (await json('snippet', 'list')).length], [2, 2])
  assert.deepEqual(await json('snippet', 'revoke', String(id)), { id, revoked: true })
  assert.equal((await fetch(address(image))).status, 404)
  assert.match((await earshot('snippet', 'show', String(id), '--psa', 'generic')).stderr, /is revoked/)
  const refused: [number, ...string[]][] = [
    [2, 'create'], [2, 'create', '--psa', 'other'], [1, 'create', '--psa', 'generic', '--site', 'nowhere'], [1, 'create', '--psa', 'generic', '--out', join(data_dir, 'no/such/file')],
    [2, 'show', '--psa', 'generic'], [1, 'show', '999', '--psa', 'generic'], [2, 'show', 'x', '--psa', 'generic'], [1, 'revoke', '999'],
  ]
  for (const [status, ...args] of refused) assert.equal((await earshot('snippet', ...args)).code, status, args.join(' '))
})

test('segments are made by flags or from a file, listed and changed', async () => {
  assert.partialDeepStrictEqual(await json('segment', 'create', '--key', 'category', '--name', 'Category'), { key: 'category', name: 'Category', option_count: 0, archived_at: null })
  const file = join(data_dir, 'segments.json')
  writeFileSync(file, JSON.stringify([{ key: 'plan', name: 'Plan' }, { key: 'region', name: 'Region' }]))
  assert.deepEqual((await json('segment', 'create', '--from', file)).map((segment: { key: string }) => segment.key), ['plan', 'region'])
  assert.partialDeepStrictEqual(await json('segment', 'change', 'plan', '--name', 'Contract', '--archive'), { key: 'plan', name: 'Contract' })
  assert.deepEqual((await json('segment', 'list')).map(({ name, archived_at }: { name: string, archived_at: string | null }) => [name, archived_at !== null]), [['Category', false], ['Contract', true], ['Region', false]])
  assert.equal((await json('segment', 'change', 'plan', '--restore')).archived_at, null)
  assert.deepEqual(await earshot('segment', 'create', '--from', file).then(({ code, stderr }) => [code, stderr]), [1, 'key is taken by another segment\n'])
  assert.equal((await earshot('segment', 'change', 'plan', '--archive', '--restore')).code, 2)
  assert.equal((await earshot('segment', 'change', 'none', '--name', 'X')).code, 1)
})

test('teams, staff and users are made by flags or from a file, listed and changed', async () => {
  assert.equal((await json('team', 'create', '--name', 'Desk')).name, 'Desk')
  assert.equal((await json('team', 'change', 'desk', '--name', 'Service Desk')).name, 'Service Desk')
  const file = join(data_dir, 'staff.json')
  writeFileSync(file, JSON.stringify([{ code: 'jd', name: 'Jo Doe', team: 'Service Desk' }, { code: 'mm', name: 'Max Mustermann', email: 'max@example.com' }]))
  assert.deepEqual((await json('staff', 'create', '--from', file)).map((member: { code: string }) => member.code), ['jd', 'mm'])
  assert.notEqual((await json('staff', 'change', 'jd', '--deactivate')).deactivated_at, null)
  assert.equal((await json('staff', 'change', 'jd', '--deactivated', 'no')).deactivated_at, null)
  assert.notEqual((await json('staff', 'change', 'jd', '--deactivated', 'yes')).deactivated_at, null)
  for (const args of [['--deactivated', 'maybe'], ['--deactivated', 'yes', '--activate'], ['--activate', '--deactivate']]) assert.equal((await earshot('staff', 'change', 'jd', ...args)).code, 2, args.join(' '))
  const parts = async (...args: string[]) => (({ code, name, first_name, surname }) => [code, name, first_name, surname])(await json('staff', 'change', 'mm', ...args))
  assert.deepEqual(await parts('--surname', 'von Muster'), ['mm', 'Max von Muster', 'Max', 'von Muster'])
  assert.deepEqual(await parts('--name', 'Max Mustermann', '--code', 'mm'), ['mm', 'Max Mustermann', 'Max', 'Mustermann'])
  assert.deepEqual([(await earshot('staff', 'change', 'mm', '--code', 'jd')).stderr, (await earshot('staff', 'create', '--code', 'xx')).stderr], ['code is taken by another staff member\n', 'name is required\n'])
  assert.deepEqual((await json('staff', 'list')).map((member: { name: string }) => member.name), ['Jo Doe', 'Max Mustermann'])
  const user = await json('user', 'create', '--email', 'anna@example.com', '--name', 'Anna', '--role', 'agent', '--staff', 'mm')
  assert.deepEqual([user.role, user.has_password], ['agent', false])
  writeFileSync(file, JSON.stringify({ password: 'correct horse battery' }))
  assert.equal((await json('user', 'change', 'Anna@example.com', '--from', file, '--role', 'admin')).has_password, true)
  const link = await json('user', 'link', 'anna@example.com')
  const used = await fetch(link.login_url.replace('localhost', '127.0.0.1'), { method: 'POST', redirect: 'manual' })
  assert.equal(used.status, 303)
  assert.doesNotMatch(JSON.stringify(await json('user', 'list')), /scrypt/)
})

test('settings are shown, and changed all or none', async () => {
  const shown = await json('account', 'settings')
  assert.deepEqual(shown, {
    id: 1, name: 'Acme Ltd', subdomain: 'acme-ltd', time_zone: 'Europe/Berlin', first_weekday: 'monday', throttle_days: 30, default_email_template_id: shown.default_email_template_id, text_messages: false,
    country: null, score_scale: 10, retention_months: null, full_removal: false,
  })
  const changes = ['--first-weekday', 'Sunday', '--throttle-days', '7', '--text-messages', 'on', '--country', 'gb', '--retention-months', '24', '--full-removal', 'on']
  const changed = { ...shown, first_weekday: 'sunday', throttle_days: 7, text_messages: true, country: 'GB', retention_months: 24, full_removal: true }
  assert.deepEqual(await json('account', 'settings', '--account', 'Acme Ltd', ...changes), changed)
  assert.match((await earshot('account', 'settings')).stdout, /^first_weekday: sunday$[\s\S]*^text_messages: on$[\s\S]*^retention_months: 24$/m)
  const zoned = await earshot('account', 'settings', '--time-zone', 'Europe/Vienna')
  assert.match(zoned.stderr, /^Counting 1 record anew, about 1 second long\. Answers/m)
  assert.match(zoned.stdout, /^time_zone: Europe\/Vienna$/m)
  const { code, stderr } = await earshot('account', 'settings', '--throttle-days', '9999', '--time-zone', 'Mars/Base', '--country', 'GB')
  assert.equal(code, 1)
  assert.match(stderr, /throttle_days must be[^;]*; time_zone must be/)
  for (const args of [['--throttle-days', 'x'], ['--text-messages', 'yes'], ['--full-removal', '1'], ['--default-template', '-1'], ['--retention-months', 'never']]) assert.equal((await earshot('account', 'settings', ...args)).code, 2, args.join(' '))
  const file = join(data_dir, 'settings.json')
  writeFileSync(file, JSON.stringify({ time_zone: 'Europe/Berlin', first_weekday: 'monday', throttle_days: 30, text_messages: false, country: null, retention_months: null }))
  assert.deepEqual(await json('account', 'settings', '--from', file, '--full-removal', 'off'), shown)
})

test('sites are made, listed and changed', async () => {
  const made = await json('site', 'create', '--code', 'north', '--name', 'North', '--city', 'Leeds', '--region', 'Yorkshire', '--type', 'Shop')
  assert.deepEqual([made.code, made.name, made.city, made.region, made.site_type, 'account_id' in made], ['north', 'North', 'Leeds', 'Yorkshire', 'Shop', false])
  const file = join(data_dir, 'sites.json')
  writeFileSync(file, JSON.stringify({ city: null }))
  assert.deepEqual([(await json('site', 'change', 'north', '--from', file, '--code', 'n1')).city, (await json('site', 'list')).map(({ code }: { code: string }) => code)], [null, ['main', 'n1']])
  assert.match((await earshot('site', 'list')).stdout, /^\d+ {2}n1 {2}North {2}Yorkshire$/m)
  assert.deepEqual([(await earshot('site', 'create', '--code', 'n1', '--name', 'x')).stderr, (await earshot('site', 'change', 'nowhere', '--name', 'x')).stderr], ['code is taken by another site\n', 'the account has no site nowhere\n'])
  assert.equal((await earshot('site', 'create', '--name', 'x')).code, 2)
})

test('a person is deleted by their address, with a word on what goes; nobody is asked where nobody can answer', async () => {
  const ticket = { ticketID: 5, ticketTitle: 'Mouse', companyRecID: 1, companyName: 'Zeta', contactRecID: 1, contactName: 'Jo Zeta', contactEmail: 'jo@zeta.example', resource: 'mm', ticketCreatedOn: '2026-03-14', ticketClosedOn: '2026-03-15', ticketUpdatedOn: '2026-03-15' }
  const posted = await fetch(address('/api/tickets'), { method: 'POST', headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' }, body: JSON.stringify(ticket) })
  assert.equal(posted.status, 201)
  const unasked = await earshotProcess('erase', '--email', 'jo@zeta.example')
  assert.equal(unasked.code, 2)
  assert.match(unasked.stderr, /--yes is missing/)
  const deleted = await json('erase', '--email', 'Jo@Zeta.example', '--yes')
  assert.deepEqual(deleted.found, { contacts: 1, invitations: 1, responses: 0, full_removal: false })
  assert.deepEqual([deleted.erasure.contacts, deleted.erasure.invitations, deleted.erasure.reason], [1, 1, 'request'])
  assert.notEqual(deleted.erasure.finished_at, null)
  assert.equal((await earshot('erase', '--email', 'jo@zeta.example', '--yes')).stdout, 'The address has 0 contacts, 0 invitations and 0 responses; scores stay, without a name.\nThey are deleted.\n')
  assert.deepEqual([(await earshot('erase', '--email', 'jo', '--yes')).stderr, (await earshot('erase', '--yes')).code], ['email is not an e-mail address\n', 2])
})

test('a customer is made, and a second factor given and taken away', async () => {
  const customer = await json('user', 'create', '--email', 'jane@customer.example', '--name', 'Jane', '--role', 'customer')
  assert.ok(Number.isInteger(customer.contact_id))
  const given = await json('user', 'totp', 'enable', 'jane@customer.example')
  assert.match(given.otpauth_url, /^otpauth:\/\/totp\/.*[?&]secret=[A-Z2-7]{32}&/)
  const users = await json('user', 'list')
  assert.equal(users.find((user: { id: number }) => user.id === customer.id).has_second_factor, true)
  assert.ok(!JSON.stringify(users).includes('secret='))
  assert.deepEqual(await json('user', 'totp', 'disable', String(customer.id)), { id: customer.id, has_second_factor: false })
  for (const [status, ...args] of [[2, 'perhaps', 'jane@customer.example'], [2, 'enable'], [1, 'enable', 'nobody@customer.example'], [1, 'disable', '999999']] as const) assert.equal((await earshot('user', 'totp', ...args)).code, status, args.join(' '))
})

test('OAuth clients are made, listed, changed and revoked', async () => {
  const made = await json('oauth-client', 'create', '--name', 'Desk', '--redirect-uris', 'https://a.example/back, https://b.example/back', '--scopes', 'conversations,users:read')
  assert.match(made.client_id, /^oc_/)
  assert.match(made.client_secret, /^os_/)
  assert.deepEqual([made.redirect_uris, made.scopes, made.grants, made.is_public], [['https://a.example/back', 'https://b.example/back'], ['conversations', 'users:read'], ['authorization_code', 'refresh_token'], false])
  const app = await json('oauth-client', 'create', '--name', 'App', '--redirect-uris', 'com.example.app:/back', '--public')
  assert.deepEqual([app.client_secret, app.is_public], [null, true])
  const user = await json('user', 'create', '--email', 'robot@example.com', '--name', 'Robot', '--role', 'agent')
  assert.deepEqual((await json('oauth-client', 'change', String(made.id), '--grants', 'client_credentials', '--user', 'robot@example.com')).user_id, user.id)
  assert.deepEqual(await json('oauth-client', 'revoke', String(app.id)), { id: app.id, revoked: true })
  const listed = await json('oauth-client', 'list')
  assert.deepEqual(listed.map((client: { name: string, revoked_at: string | null }) => [client.name, client.revoked_at !== null]), [['Desk', false], ['App', true]])
  assert.ok(!JSON.stringify(listed).includes(made.client_secret))
  const refused: [number, ...string[]][] = [
    [2, 'create'], [1, 'create', '--name', 'x'], [1, 'create', '--name', 'x', '--redirect-uris', 'http://x.example'], [1, 'create', '--name', 'x', '--grants', 'client_credentials'], [1, 'create', '--name', 'x', '--grants', 'password', '--user', 'nobody'],
    [2, 'change', 'x'], [1, 'change', '999999', '--name', 'y'], [1, 'change', String(made.id), '--scopes', 'all'], [2, 'change', String(made.id), '--public'], [1, 'revoke', '999999'],
  ]
  for (const [status, ...args] of refused) assert.equal((await earshot('oauth-client', ...args)).code, status, args.join(' '))
})

test('surveys are listed, and boards given one of them', async () => {
  const surveys: { id: number, name: string, purpose: string, code: string }[] = await json('survey', 'list')
  assert.deepEqual(surveys.map(({ name, purpose }) => `${name} ${purpose}`), ['Employee employee', 'Five questions five_questions', 'Good or bad good_or_bad', 'NPS nps', 'Project project', 'Ticket ticket'])
  assert.deepEqual(Object.keys(surveys[0] ?? {}), ['id', 'name', 'purpose', 'code'])
  const id = surveys.find(({ purpose }) => purpose === 'five_questions')?.id
  assert.match((await earshot('survey', 'list')).stdout, new RegExp(`${id}  Five questions  five_questions  [\\w-]{12}\\n`))
  assert.deepEqual(await json('board', 'list'), [])
  const set = await json('board', 'change', 'Service Desk', '--kind', 'ticket', '--survey', String(id))
  assert.deepEqual([set.kind, set.name, set.survey_id, set.survey_name], ['ticket', 'Service Desk', id, 'Five questions'])
  assert.deepEqual(await json('board', 'list'), [set])
  assert.equal((await earshot('board', 'list')).stdout, `Service Desk  ticket  ${id} Five questions\n`)
  assert.deepEqual(await json('board', 'change', 'SERVICE desk', '--kind', 'ticket', '--survey', 'none'), { kind: 'ticket', name: 'SERVICE desk', survey_id: null })
  assert.deepEqual(await json('board', 'list'), [])
  const { code, stderr } = await earshot('board', 'change', 'Service Desk', '--kind', 'ticket', '--survey', '999')
  assert.deepEqual([code, stderr], [1, 'survey_id is not a survey of this account that is in use\n'])
  for (const args of [['X', '--kind', 'ticket'], ['X', '--survey', 'none'], ['X', '--kind', 'desk', '--survey', 'none'], ['X', '--kind', 'ticket', '--survey', 'five'], ['--kind', 'ticket', '--survey', 'none']]) {
    assert.equal((await earshot('board', 'change', ...args)).code, 2, args.join(' '))
  }
})

test('surveys are given the languages that they lack, once', async () => {
  const [survey] = (await json('survey', 'list')).filter(({ purpose }: { purpose: string }) => purpose === 'nps')
  assert.equal((await earshot('survey', 'translate')).stdout, 'There was nothing to add.\n')
  await json('survey', 'change', String(survey.id), '--remove-texts', 'fi')
  assert.deepEqual(await json('survey', 'translate'), [{ ...survey, locales: ['fi'] }])
  assert.deepEqual(await json('survey', 'translate'), [])
})

test('surveys are put away and taken up again', async () => {
  const [survey] = (await json('survey', 'list')).filter(({ purpose }: { purpose: string }) => purpose === 'project')
  const { archived_at, ...away } = await json('survey', 'change', String(survey.id), '--archived', 'yes')
  assert.deepEqual([away, Number.isNaN(Date.parse(archived_at))], [survey, false])
  assert.deepEqual(await json('survey', 'list', '--archived'), [survey])
  assert.equal((await json('survey', 'list')).length, 5)
  assert.equal((await earshot('survey', 'list', '--archived')).stdout, `${survey.id}  Project  project  ${survey.code}  archived\n`)
  assert.deepEqual(await json('survey', 'change', String(survey.id), '--archived', 'no'), { ...survey, archived_at: null })
  const { code, stderr } = await earshot('survey', 'change', '999', '--archived', 'yes')
  assert.deepEqual([code, stderr], [1, 'the account has no survey 999\n'])
  for (const args of [['x', '--archived', 'yes'], [String(survey.id)], [String(survey.id), '--archived', 'maybe']]) assert.equal((await earshot('survey', 'change', ...args)).code, 2, args.join(' '))
})

test('templates are made from a file, with warnings, listed, changed and archived, but for the default one', async () => {
  const file = join(data_dir, 'template.json')
  const draft = { kind: 'invitation', name: 'After the sale', from_name: 'Kate', from_email: 'kate@acme.example', subject: '{{name/Hi}}, well?', body: 'Hi {{frist_name}},\r\n{{rating-buttons}}' }
  writeFileSync(file, JSON.stringify(draft))
  const { id, created_at, updated_at, ...made } = await json('template', 'create', '--kind', 'email', '--from', file, '--locale', 'de')
  const warnings = ['{{frist_name}} is no field: it is blank where a request has no data of that key. {{frist_name/…}} says what stands there then.']
  assert.deepEqual([made, created_at], [{ ...draft, locale: 'de', archived_at: null, warnings }, updated_at])
  assert.equal((await earshot('template', 'change', String(id), '--kind', 'email', '--name', 'Sale')).stdout, `${id}  Sale  invitation  de\n  warning: ${warnings[0]}\n`)
  writeFileSync(file, JSON.stringify({ body: 'Hi {{first_name}}', archived: true }))
  const changed = await json('template', 'change', String(id), '--kind', 'email', '--from', file)
  assert.deepEqual([changed.body, changed.subject, changed.archived_at !== null, changed.warnings], ['Hi {{first_name}}', draft.subject, true, []])
  assert.match((await earshot('template', 'list', '--kind', 'email')).stdout, new RegExp(`^\\d+  Invitation  invitation  en\n\\d+  Reminder  reminder  en\n${id}  Sale  invitation  de  archived\n$`))
  assert.equal((await json('template', 'change', String(id), '--kind', 'email', '--archived', 'no')).archived_at, null)

  writeFileSync(file, JSON.stringify([{ name: 'One', body: 'Hi {{link-to-survey}}' }, { name: 'Two', body: 'Hi {{plan}}' }]))
  const texts: { name: string, warnings: string[] }[] = await json('template', 'create', '--kind', 'text', '--from', file)
  assert.deepEqual(texts.map(({ name, warnings: own }) => [name, own.length]), [['One', 0], ['Two', 1]])
  assert.deepEqual((await json('template', 'list', '--kind', 'text')).map(({ name }: { name: string }) => name), ['One', 'Text message', 'Two'])

  const [standard] = await json('template', 'list', '--kind', 'email')
  for (const [args, code, error] of [
    [['change', String(standard.id), '--kind', 'email', '--archived', 'yes'], 1, /^archived is not possible for the account's default template: make another one the default first\n$/],
    [['change', '999', '--kind', 'text', '--name', 'x'], 1, /^the account has no text message template 999\n$/], [['change', String(id), '--kind', 'email', '--locale', 'xx'], 1, /^locale must be one of en, en-US, /],
    [['change', String(id), '--kind', 'email', '--archived', 'maybe'], 2, /--archived must be yes or no/], [['change', 'x', '--kind', 'email'], 2, /ID must be a number/], [['list'], 2, /--kind is missing/],
    [['create', '--kind', 'fax', '--name', 'x'], 2, /--kind must be email or text/], [['create', '--kind', 'text', '--name', 'x'], 2, /required propert/], [['change', String(id), '--kind', 'email', '--from', file], 2, /one object/],
  ] as const) {
    const refused = await earshot('template', ...args)
    assert.deepEqual([refused.code, refused.stdout], [code, ''], args.join(' '))
    assert.match(refused.stderr, error)
  }
})

test('blocks are added, listed and removed; what customers opted out is listed, and nothing more', async () => {
  const block = await json('block', 'add', 'Client.Example')
  assert.deepEqual(block, { kind: 'domain', pattern: 'client.example', created_at: block.created_at, came_by: 'account' })
  assert.equal((await earshot('block', 'add', '+44 7700 900123')).stdout, '+447700900123  number\n')
  assert.equal((await earshot('block', 'list')).stdout, '+447700900123  number\nclient.example  domain\n')
  assert.deepEqual((await json('block', 'list'))[1], block)
  assert.deepEqual(await json('block', 'remove', '@CLIENT.example'), { ...block, removed: true })
  assert.equal((await earshot('block', 'remove', '+447700900123')).stdout, '+447700900123 is blocked no more.\n')
  const gone = await earshot('block', 'remove', 'client.example')
  assert.deepEqual([gone.code, gone.stderr], [1, 'the account does not block client.example\n'])
  const bad = await earshot('block', 'add', 'com')
  assert.deepEqual([bad.code, bad.stderr], [1, 'block must be an e-mail address, a domain such as example.com, or a telephone number\n'])
  assert.equal((await earshot('block', 'add')).code, 2)
  assert.deepEqual(await json('block', 'list'), [])
  assert.deepEqual(await json('unsubscribe', 'list'), [])
  assert.equal((await earshot('unsubscribe', 'remove', 'jo@client.example')).code, 2)
})

test('scanners and people are sent to the running server, and nothing of it stays', async () => {
  const before = await json('review', 'list')
  const { browser, findings } = await json('scan-sim', '--url', address(''), '--only', 'heads,gets,no cookies')
  assert.equal(typeof browser, 'boolean')
  assert.deepEqual(findings.map(({ kind, name, expected, counted, is_right, problem }: Record<string, unknown>) => [kind, name, expected, counted, is_right, problem]), [
    ['scanner', 'heads', null, null, true, null], ['scanner', 'gets', null, null, true, null], ['person', 'no cookies', 6, 6, true, null],
  ])
  assert.deepEqual(await json('review', 'list'), before)
  const unknown = await earshot('scan-sim', '--only', 'nobody')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /nobody is called nobody; there are heads, gets/)
  const away = await earshot('scan-sim', '--url', 'http://127.0.0.1:9', '--only', 'gets')
  assert.deepEqual([away.code, away.stderr], [1, 'no server of Earshot answers at http://127.0.0.1:9: start it with earshot serve, or name its address with --url\n'])
})

test('what seems to be no person\'s is reviewed by commands', async () => {
  assert.deepEqual(await json('review', 'list'), [])
  const { public_key } = await json('snippet', 'create', '--psa', 'generic')
  const link = address(`/rate/${public_key}/3?ticket=4711&email=jo@review.example`)
  const page = await (await fetch(link)).text()
  const [, question] = /<input type="radio" name="([^"]+)"/.exec(page) ?? []
  const sent = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ [question ?? '']: '3', website: 'http://spam.example' }) })
  assert.equal(sent.status, 303, 'it is thanked as anybody')
  const [held] = await json('review', 'list')
  assert.deepEqual([held.state, held.answers[0].value], ['suspected', 3])
  assert.match((await earshot('review', 'list')).stdout, new RegExp(`^${held.id}  .*  score 3  weight \\d+\\n    \\+6 followed what no person sees`))
  assert.deepEqual(await json('review', 'accept', String(held.id)), { id: held.id })
  assert.equal((await earshot('review', 'void', String(held.id))).stdout, `Response ${held.id} is put away.\n`)
  assert.equal((await json('review', 'list', '--state', 'voided'))[0].id, held.id)
  assert.deepEqual(await json('review', 'restore', String(held.id)), { id: held.id })
  assert.equal((await earshot('review', 'accept', String(held.id))).code, 1)
  for (const wrong of [['list', '--state', 'all'], ['accept'], ['accept', 'x'], ['void', '0'], ['restore', '1', '2']]) assert.equal((await earshot('review', ...wrong)).code, 2, wrong.join(' '))
})

test('a list with one bad item writes none of it', async () => {
  const file = join(data_dir, 'staff.json')
  writeFileSync(file, JSON.stringify([{ code: 'new', name: 'New' }, { code: 'jd', name: 'Taken' }]))
  const { code, stderr } = await earshot('staff', 'create', '--from', file)
  assert.deepEqual([code, stderr], [1, 'code is taken by another staff member\n'])
  assert.equal((await json('staff', 'list')).length, 2)
})

test('what is called wrongly is refused with the nearest match and exit code 2', async () => {
  for (const [args, words] of [
    [['acount', 'list'], /did you mean account list\?/], [['serv'], /did you mean serve\?/], [['key', 'create', '--nmae', 'x'], /did you mean --name\?/], [['key', 'create'], /--name is missing/],
    [['key', 'revoke'], /ID is missing/], [['key', 'list', 'extra'], /extra has no place here/], [['key', 'create', '--name'], /--name/], [['key'], /key revoke/], [[], /Usage: earshot COMMAND/],
    [['user', 'create', '--name', 'x'], /required propert/], [['user', 'create', '--from', '/no/such/file'], /cannot be read/],
  ] as const) {
    const { code, stdout, stderr } = await earshot(...args)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, words)
  }
})

test('every command has its help', async () => {
  const { code, stdout } = await earshotProcess('--help')
  assert.equal(code, 0)
  const names = stdout.split('\n').flatMap((line) => /^ {2}(\S+(?: [a-z]\S*)?) {2,}/.exec(line)?.[1] ?? [])
  assert.ok(names.includes('serve') && names.includes('account create') && names.length >= 19)
  const { commands } = await import('../../src/commands/table.ts')
  assert.deepEqual(names, [...commands.keys()])
  assert.match((await earshot('user', 'change', '--help')).stdout, /Usage: earshot user change ID\|ADDRESS[\s\S]*--disable/)
})

test('check tells what is right and what is wrong', async () => {
  const good = await json('check')
  assert.deepEqual([good.ok, good.findings.map((finding: { what: string }) => finding.what)], [true, ['settings', 'database', 'mail', 'text messages']])
  const bad = await earshotWith({ EARSHOT_MAIL_URL: `smtp://127.0.0.1:${await freePort()}`, EARSHOT_SMS_URL: `twilio://AC1:a-token@127.0.0.1:${await freePort()}?from=+15550100`, EARSHOT_PRT: '1' }, 'check')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /BAD {2}settings: EARSHOT_PRT is not known[\s\S]*ok {3}database[\s\S]*BAD {2}mail: 127\.0\.0\.1[\s\S]*BAD {2}text messages: 127\.0\.0\.1:\d+: the provider could not be reached/)
  assert.doesNotMatch(bad.stdout, /a-token/)
  const doubtful = await earshotWith({ EARSHOT_PUBLIC_URL: 'https://feedback.example.com' }, 'check')
  assert.match(doubtful.stdout, /ok {3}settings: .*EARSHOT_TRUST_PROXY does not name it/)
  const worse = await earshotWith({ EARSHOT_PORT: 'x', EARSHOT_LOG_LEVEL: 'y' }, 'check')
  assert.equal(worse.code, 1)
  assert.match(worse.stderr, /EARSHOT_PORT[\s\S]*EARSHOT_LOG_LEVEL/)
  const elsewhere = await earshotWith({ EARSHOT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' }, 'check')
  assert.equal(elsewhere.code, 1)
  assert.match(elsewhere.stdout, /BAD {2}database: The database named by EARSHOT_DATABASE_URL cannot be reached/)
})

test('check says of a database that a newer version wrote that it cannot be used, and promises nothing', async () => {
  const client = new pg.Client({ host: join(data_dir, 'database/socket'), port: 5432, user: 'earshot', database: 'earshot' })
  await client.connect()
  try {
    await client.query(`insert into migrations (number, name, checksum) values (99, '0099-from-the-future', 'x')`)
    const { code, stdout } = await earshotProcess('check')
    assert.equal(code, 1)
    assert.match(stdout, /BAD {2}database: .*newer Earshot.*0099-from-the-future/)
    assert.doesNotMatch(stdout, /next start/)
  } finally {
    await client.query('delete from migrations where number = 99')
    await client.end()
  }
})

test('a second server on the same port says so, and leaves the first one running', async () => {
  const { code, stderr } = await earshotProcess('serve')
  assert.equal(code, 1)
  assert.match(stderr, /Port \d+ of 127\.0\.0\.1 is taken: is Earshot running already\?/)
  assert.deepEqual(await getJson('/readyz'), { status: 'ready' })
})

test('the database is killed while the server runs: it comes back without a restart', async () => {
  const before_kill = postmasterPid()
  process.kill(before_kill, 'SIGKILL')
  await eventually(async () => (await fetch(address('/readyz'))).status === 200 && postmasterPid() !== before_kill)
  assert.equal((await fetch(address('/api/tickets/responses'), { headers: { authorization: `Bearer ${api_key}` } })).status, 200)
})

test('SIGTERM ends it cleanly: the request under way is answered first, and the database stops with the last who uses it', async () => {
  assert.ok(server)
  const socket = connect(Number(env.EARSHOT_PORT), '127.0.0.1')
  let heard = ''
  const answer = readAll(socket, (text) => void (heard += text))
  const body = 'email=anna%40example.com&password=correct+horse+battery'
  socket.write(`POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`)
  await eventually(async () => heard.startsWith('HTTP/1.1 100 '))
  const stopped = server.stop()
  await eventually(async () => !(await accepts(Number(env.EARSHOT_PORT))))
  socket.write(body.slice(-1))
  assert.match(await answer, /^HTTP\/1\.1 100 [^\n]*\r\n\r\nHTTP\/1\.1 303 /)
  assert.deepEqual(await stopped, { code: 0, signal: null })
  assert.throws(postmasterPid)
  const [, after_stopping] = server.stderr().split('"stopping"')
  assert.equal(after_stopping?.trim(), '}')
  server = null
})

test('commands work when no server runs', async () => {
  assert.deepEqual(JSON.parse((await earshotProcess('account', 'list', '--json')).stdout).map((account: { name: string }) => account.name), ['Acme Ltd'])
  assert.deepEqual(JSON.parse((await earshotProcess('migrate', '--json')).stdout), { migrated: [] })
  assert.throws(postmasterPid)
})

test('on existing data it is ready again soon, and a worker ends by SIGINT', async () => {
  server = await startServer('--web-only')
  assert.doesNotMatch(server.stdout(), /There is no account yet/)
  const worker = launch(['work'])
  await eventually(async () => worker.stdout().includes('sends what is due'))
  worker.child.kill('SIGINT')
  assert.deepEqual(await worker.ended, { code: 0, signal: null })
  assert.deepEqual(await getJson('/readyz'), { status: 'ready' })
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  server = null
})

test('an account begins in its language, a survey is translated by a file, and templates of a language are added', async () => {
  server = await startServer('--web-only') // so that not every command has to start the database
  assert.match((await earshot('account', 'create', '--name', 'Berlin GmbH', '--locale', 'de')).stdout, /^Account \d+: Berlin GmbH/)
  const of = ['--account', 'Berlin GmbH']
  assert.equal((await earshot('account', 'create', '--name', 'Nowhere', '--locale', 'xx')).code, 1)
  const [{ id }] = await json('survey', 'list', ...of)
  const { texts, ...shown } = await json('survey', 'show', String(id), ...of)
  assert.deepEqual([shown.locale, texts.length, texts[0].locale], ['de', 17, 'ar'])
  const file = join(data_dir, 'texts.json')
  writeFileSync(file, JSON.stringify({ ...texts.find(({ locale }: { locale: string }) => locale === 'fi'), name: 'Kysely' }))
  assert.equal((await json('survey', 'change', String(id), '--texts', file, ...of)).id, id)
  assert.equal((await json('survey', 'show', String(id), ...of)).texts.find(({ locale }: { locale: string }) => locale === 'fi').name, 'Kysely')
  await json('survey', 'change', String(id), '--remove-texts', 'fi', ...of)
  assert.match((await earshot('survey', 'show', String(id), ...of)).stdout, /^\d+ [\s\S]*\n {2}1\. [\s\S]*In de, and also in ar, da, en, en-US, es, es-MX, fr, he,/)
  assert.deepEqual((await json('template', 'create', '--kind', 'email', '--locale', 'fi', ...of)).map((template: { name: string, locale: string, warnings: string[] }) => [template.name, template.locale, template.warnings]), [['Invitation (fi)', 'fi', []], ['Reminder (fi)', 'fi', []]])
  assert.equal((await json('template', 'create', '--kind', 'text', '--locale', 'zh-CN', ...of)).locale, 'zh-CN')
  writeFileSync(file, JSON.stringify({ locale: 'fi', questions: [{ text: 'x', more: 1 }] }))
  const refused: [number, ...string[]][] = [
    [2, 'survey', 'change', String(id)], [2, 'survey', 'change', String(id), '--texts', file], [2, 'survey', 'change', String(id), '--texts', 'none.json'], [1, 'survey', 'change', String(id), '--remove-texts', 'fi'],
    [1, 'survey', 'show', '999'], [2, 'survey', 'show', 'x'], [1, 'template', 'create', '--kind', 'email', '--locale', 'xx'], [2, 'template', 'create', '--kind', 'email', '--locale', 'fi', '--name', 'x'],
  ]
  for (const [status, ...args] of refused) assert.equal((await earshot(...args, ...of)).code, status, args.join(' '))
})

test('the survey of the documents is made, written out, changed and handed back', async () => {
  const of = ['--account', 'Berlin GmbH']
  const file = join(data_dir, 'survey.json')
  const documented = /```json\n([\s\S]*?)```/.exec(readFileSync(join(import.meta.dirname, '../../docs/surveys.md'), 'utf8'))?.[1] ?? ''
  writeFileSync(file, documented)
  const made = await json('survey', 'create', '--from', file, ...of)
  assert.deepEqual([Object.keys(made), made.name, made.purpose], [['id', 'name', 'purpose', 'code'], 'After the visit', 'other'])
  const design = await json('survey', 'show', String(made.id), '--design', ...of)
  const { questions, ...rest } = JSON.parse(documented)
  assert.deepEqual([design.questions.length, design.questions[2].shown_if, design.theme, design.edit_hours], [questions.length, questions[2].shown_if, rest.theme, 48])
  writeFileSync(file, (await earshot('survey', 'show', String(made.id), '--design', ...of)).stdout)
  assert.deepEqual(await json('survey', 'change', String(made.id), '--from', file, ...of), { ...made, archived_at: null })
  assert.deepEqual(await json('survey', 'show', String(made.id), '--design', ...of), design)
  writeFileSync(file, JSON.stringify({ name: 'Visit', consent: null }))
  assert.equal((await json('survey', 'change', String(made.id), '--from', file, '--archived', 'yes', ...of)).name, 'Visit')
  assert.equal((await json('survey', 'show', String(made.id), '--design', ...of)).consent, null)
  writeFileSync(file, JSON.stringify([{ name: 'One', questions: [{ type: 'text', text: 'Well?' }] }, { name: 'Two', purpose: 'ticket', questions: [{ type: 'rating', text: 'Well?' }, { type: 'text', text: ' ' }] }]))
  const { code, stderr } = await earshot('survey', 'create', '--from', file, ...of)
  assert.deepEqual([code, stderr], [1, 'questions[0].scale is required; questions[1].text is required\n'])
  assert.ok(!(await json('survey', 'list', ...of)).some(({ name }: { name: string }) => name === 'One'), 'all or none')
  for (const wrong of [{ name: 'x' }, { name: 'x', questions: [{ type: 'slider', text: 'x' }] }, { name: 'x', questions: [], colour: 'red' }, { name: 'x', questions: [], fields: [{ key: 'age' }] }]) {
    writeFileSync(file, JSON.stringify(wrong))
    assert.equal((await earshot('survey', 'create', '--from', file, ...of)).code, 2, JSON.stringify(wrong))
  }
  writeFileSync(file, '[{"name":"a"},{"name":"b"}]')
  const refused: [number, ...string[]][] = [[2, 'survey', 'create'], [2, 'survey', 'change', String(made.id), '--from', file], [2, 'survey', 'change', String(made.id), '--from', 'none.json'], [1, 'survey', 'show', '999', '--design']]
  for (const [status, ...args] of refused) assert.equal((await earshot(...args, ...of)).code, status, args.join(' '))
})

interface Running { child: ChildProcess, stdout(): string, stderr(): string, ended: Promise<{ code: number | null, signal: string | null }> }
interface Server extends Running { stop(): Promise<{ code: number | null, signal: string | null }> }

function launch(args: readonly string[], more: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<{ code: number | null, signal: string | null }>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

async function startServer(...flags: string[]): Promise<Server> {
  const running = launch(['serve', ...flags])
  await eventually(async () => {
    assert.equal(running.child.exitCode, null, running.stderr())
    return running.stdout().includes('listens on') && (await fetch(address('/readyz'))).status === 200
  })
  return {
    ...running,
    stop() {
      running.child.kill('SIGTERM')
      return running.ended
    },
  }
}

/** As a process of its own. */
async function earshotProcess(...args: readonly string[]): Promise<Ended> {
  const running = launch(args)
  const { code } = await running.ended
  return { code, stdout: running.stdout(), stderr: running.stderr() }
}

function earshotWith(more: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  return command_line.call(args, { ...env, ...more })
}

function earshot(...args: readonly string[]): Promise<Ended> {
  return earshotWith({}, ...args)
}

async function json(...args: string[]) {
  const { code, stdout, stderr } = await earshot(...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

function address(path: string): string {
  return `http://127.0.0.1:${env.EARSHOT_PORT}${path}`
}

async function getJson(path: string): Promise<unknown> {
  return (await fetch(address(path))).json()
}

function postmasterPid(): number {
  return Number(readFileSync(join(data_dir, 'database/data/postmaster.pid'), 'utf8').split('\n')[0])
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const bound = probe.address()
      probe.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0))
    })
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(Boolean(socket.destroy())))
    socket.on('error', () => resolve(false))
  })
}

async function readAll(stream: NodeJS.ReadableStream, hear: (text: string) => void = () => undefined): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    hear(String(chunk))
  }
  return text
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  await until(() => condition().catch((error: unknown) => (error instanceof assert.AssertionError ? Promise.reject(error) : false)))
}
