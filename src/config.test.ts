// once
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { EVENT_KEY } from '../test/support/sendgrid-stand-in.ts'
import { ConfigError, findDoubts, parseConfig, readConfig, settings, unknownSettings } from './config.ts'

test('without any setting it is what the table says', () => {
  const config = parseConfig({})
  assert.deepEqual({ ...config, data_dir: undefined }, {
    host: '127.0.0.1', port: 8080, public_url: 'http://localhost:8080', data_dir: undefined, database_url: null, mail_url: null, dkim: null, bounce_domain: null, sendgrid_event_key: null, sms_url: null, tls: null,
    require_https: false, trust_proxy: [], scanner_networks: [], log_level: 'info', secret: '',
  })
  assert.ok(config.data_dir.endsWith('/data'))
})

test('links in HTTPS with neither a certificate nor a proxy that is named are doubtful', () => {
  const public_url = { EARSHOT_PUBLIC_URL: 'https://feedback.example.com' }
  assert.match(findDoubts(parseConfig(public_url)).join(), /EARSHOT_TRUST_PROXY does not name it/)
  for (const fine of [{}, { ...public_url, EARSHOT_TRUST_PROXY: 'loopback' }, { ...public_url, EARSHOT_TLS_CERT: 'a.pem', EARSHOT_TLS_KEY: 'b.pem' }]) assert.deepEqual(findDoubts(parseConfig(fine)), [])
})

test('a setting that is empty counts as not set', () => {
  assert.equal(parseConfig({ EARSHOT_PORT: ' ', EARSHOT_DATABASE_URL: '' }).port, 8080)
})

test('every setting is read', () => {
  const config = parseConfig({
    EARSHOT_HOST: '::1', EARSHOT_PORT: '443', EARSHOT_PUBLIC_URL: 'https://feedback.example.com/', EARSHOT_DATA_DIR: '/var/lib/earshot',
    EARSHOT_DATABASE_URL: 'postgres://earshot@db/earshot', EARSHOT_MAIL_URL: 'smtps://me:pass@mail.example.com', EARSHOT_DKIM_DOMAIN: 'Example.com', EARSHOT_DKIM_SELECTOR: 's1', EARSHOT_DKIM_KEY: '/etc/dkim.pem', EARSHOT_BOUNCE_DOMAIN: 'bounces.Example.com',
    EARSHOT_SENDGRID_EVENT_KEY: EVENT_KEY, EARSHOT_SMS_URL: 'twilio://AC1:token@api.twilio.com?from=+15550100', EARSHOT_TLS_CERT: '/etc/cert.pem', EARSHOT_TLS_KEY: '/etc/key.pem',
    EARSHOT_REQUIRE_HTTPS: 'ON', EARSHOT_TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::1', EARSHOT_SCANNER_NETWORKS: '192.0.2.0/24, 2001:db8::/32', EARSHOT_LOG_LEVEL: 'DEBUG', EARSHOT_SECRET: 'x'.repeat(32),
  })
  assert.deepEqual(config, {
    host: '::1', port: 443, public_url: 'https://feedback.example.com', data_dir: '/var/lib/earshot', database_url: 'postgres://earshot@db/earshot',
    mail_url: 'smtps://me:pass@mail.example.com', dkim: { domain: 'example.com', selector: 's1', key_file: '/etc/dkim.pem' }, bounce_domain: 'bounces.example.com', sendgrid_event_key: EVENT_KEY, sms_url: 'twilio://AC1:token@api.twilio.com?from=+15550100', tls: { cert_file: '/etc/cert.pem', key_file: '/etc/key.pem' }, require_https: true,
    trust_proxy: ['loopback', '10.0.0.0/8', 'fd00::1'], scanner_networks: ['192.0.2.0/24', '2001:db8::/32'], log_level: 'debug', secret: 'x'.repeat(32),
  })
})

test('the public address follows the port and TLS', () => {
  assert.equal(parseConfig({ EARSHOT_PORT: '9000' }).public_url, 'http://localhost:9000')
  assert.equal(parseConfig({ EARSHOT_TLS_CERT: 'a', EARSHOT_TLS_KEY: 'b' }).public_url, 'https://localhost:8080')
})

test('all mistakes are told at once, each with its setting', () => {
  const wrong = {
    EARSHOT_HOST: 'a host', EARSHOT_PORT: '99999', EARSHOT_PUBLIC_URL: 'feedback.example.com', EARSHOT_DATABASE_URL: 'mysql://x', EARSHOT_MAIL_URL: 'sendgrid://api.sendgrid.com', EARSHOT_DKIM_KEY: 'key.pem',
    EARSHOT_BOUNCE_DOMAIN: 'bounces@example.com', EARSHOT_SENDGRID_EVENT_KEY: 'a key',
    EARSHOT_SMS_URL: 'twilio://AC1:token@api.twilio.com', EARSHOT_TLS_CERT: 'cert.pem', EARSHOT_REQUIRE_HTTPS: 'maybe', EARSHOT_TRUST_PROXY: 'true', EARSHOT_SCANNER_NETWORKS: '192.0.2.0', EARSHOT_LOG_LEVEL: 'loud', EARSHOT_SECRET: 'short',
  }
  assert.throws(() => parseConfig(wrong), (error) => {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.mistakes.length, Object.keys(wrong).length)
    for (const name of Object.keys(wrong)) assert.match(error.message, new RegExp(name))
    assert.match(error.message, /sendgrid:\/\/KEY@api\.sendgrid\.com/)
    return true
  })
})

test('the three settings of signing go together', () => {
  const all = { EARSHOT_DKIM_DOMAIN: 'example.com', EARSHOT_DKIM_SELECTOR: 's1', EARSHOT_DKIM_KEY: '/etc/dkim.pem' }
  for (const left_out of Object.keys(all)) assert.throws(() => parseConfig({ ...all, [left_out]: '' }), /go together: set all of them or none/, left_out)
  assert.equal(parseConfig({ EARSHOT_MAIL_URL: 'sendgrid://KEY@api.sendgrid.com' }).mail_url, 'sendgrid://KEY@api.sendgrid.com')
})

test('mail addresses without a server, and ranges that are none, are refused', () => {
  for (const env of [...['192.0.2.0/24,', '192.0.2.0/33', '10.0.0.0/8/9', '10.0.0.0/', 'example.com/24', '::/129'].map((text) => ({ EARSHOT_SCANNER_NETWORKS: text })), { EARSHOT_MAIL_URL: 'smtp://' }, { EARSHOT_TRUST_PROXY: '10.0.0.0/33' }, { EARSHOT_TRUST_PROXY: '10.0.0.0/8/9' }, { EARSHOT_TRUST_PROXY: 'example.com' }]) {
    assert.throws(() => parseConfig(env), ConfigError, JSON.stringify(env))
  }
})

test('requiring HTTPS where none can come in is refused', () => {
  assert.throws(() => parseConfig({ EARSHOT_REQUIRE_HTTPS: 'on' }), /would refuse everything/)
  assert.equal(parseConfig({ EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: 'loopback' }).require_https, true)
})

test('variables that are probably misspelt are found', () => {
  assert.deepEqual(unknownSettings({ EARSHOT_PRT: '1', EARSHOT_PORT: '2', EARSHOT_TEST_DATABASE_URL: 'x', EARSHOT_CI: '1', HOME: '/' }), ['EARSHOT_PRT'])
})

test('the secret is made once, for nobody else to read, and kept', (t) => {
  const data_dir = temporaryDirectory(t)
  const env = { EARSHOT_DATA_DIR: join(data_dir, 'new') }
  const { secret } = readConfig(env)
  assert.ok(secret.length >= 32)
  assert.equal(readConfig(env).secret, secret)
  const file = join(data_dir, 'new', 'secret')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(readFileSync(file, 'utf8').trim(), secret)
})

test('a secret that is set leaves the data directory alone', (t) => {
  const data_dir = join(temporaryDirectory(t), 'new')
  assert.equal(readConfig({ EARSHOT_DATA_DIR: data_dir, EARSHOT_SECRET: 's'.repeat(40) }).secret, 's'.repeat(40))
  assert.equal(existsSync(data_dir), false)
})

test('a damaged secret, and a TLS file or key that is not there, are told', (t) => {
  const data_dir = temporaryDirectory(t)
  writeFileSync(join(data_dir, 'secret'), 'short\n')
  assert.throws(() => readConfig({ EARSHOT_DATA_DIR: data_dir }), /secret.*cannot be used/)
  assert.throws(() => readConfig({ EARSHOT_DATA_DIR: data_dir, EARSHOT_DKIM_DOMAIN: 'example.com', EARSHOT_DKIM_SELECTOR: 's1', EARSHOT_DKIM_KEY: '/no/key' }), /EARSHOT_DKIM_KEY names a file that holds no private key/)
  assert.throws(() => readConfig({ EARSHOT_DATA_DIR: data_dir, EARSHOT_TLS_CERT: '/no/cert', EARSHOT_TLS_KEY: '/no/key' }), /EARSHOT_TLS_CERT names a file that cannot be read/)
})

test('no setting is listed twice, and each is explained', () => {
  assert.equal(new Set(settings.map(({ name }) => name)).size, settings.length)
  for (const { name, meaning } of settings) assert.ok(meaning.endsWith('.'), name)
})

function temporaryDirectory(t: { after(fn: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'earshot-config-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
