import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { openSigner, type DkimSettings } from './delivery/dkim.ts'
import type { BounceSettings } from './delivery/return-path.ts'
import { readEventKey } from './delivery/sendgrid-signature.ts'
import { readSendGridUrl } from './delivery/sendgrid-url.ts'
import { readTwilioUrl } from './delivery/twilio-url.ts'
import { networkTest } from './survey-pages/scanner-networks.ts'

/** Everything that can be set, read once at start. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Without a slash at its end. */
  readonly public_url: string
  readonly data_dir: string
  /** Null: the embedded database. */
  readonly database_url: string | null
  /** Null: the sandbox mailbox. */
  readonly mail_url: string | null
  /** Null: the mail server signs, or nobody does. */
  readonly dkim: DkimSettings | null
  /** Null: mails come back to whom they are from. */
  readonly bounce_domain: string | null
  /** The public key by which SendGrid's events are known, DER in base64. Null: they are refused. */
  readonly sendgrid_event_key: string | null
  /** Null: the sandbox mailbox. */
  readonly sms_url: string | null
  /** The files to read, in PEM. Null: plain HTTP. */
  readonly tls: { readonly cert_file: string, readonly key_file: string } | null
  readonly require_https: boolean
  /** Addresses and ranges of the proxies whose word is taken for a client's address and protocol. */
  readonly trust_proxy: readonly string[]
  /** In CIDR notation, besides those that are built in. */
  readonly scanner_networks: readonly string[]
  readonly log_level: LogLevel
  readonly secret: string
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every setting: an environment variable, its default in words, and what it means. docs/configuration.md is tested against it. */
export const settings = [
  { name: 'EARSHOT_HOST', default: '127.0.0.1', meaning: 'The address it listens on.' },
  { name: 'EARSHOT_PORT', default: '8080', meaning: 'The port it listens on; 0 takes any free one.' },
  { name: 'EARSHOT_PUBLIC_URL', default: 'http://localhost:PORT', meaning: 'What links in mails and answers begin with.' },
  { name: 'EARSHOT_DATA_DIR', default: './data', meaning: 'Where the embedded database and the secret are kept.' },
  { name: 'EARSHOT_DATABASE_URL', default: 'none: embedded', meaning: 'A PostgreSQL of your own, 15 or newer: postgres://user:password@host/database.' },
  { name: 'EARSHOT_MAIL_URL', default: 'none: sandbox', meaning: 'A mail server: smtp://user:password@host:port or smtps://…; or SendGrid: sendgrid://KEY@api.sendgrid.com. The sandbox keeps each mail and shows it at /mailbox.' },
  { name: 'EARSHOT_DKIM_DOMAIN', default: 'none', meaning: 'Signs mails (DKIM) in the name of this domain. Not by SendGrid, which signs itself.' },
  { name: 'EARSHOT_DKIM_SELECTOR', default: 'none', meaning: 'The name of the key: its public half is in the DNS at SELECTOR._domainkey.DOMAIN.' },
  { name: 'EARSHOT_DKIM_KEY', default: 'none', meaning: 'A file with the private key, in PEM: RSA or Ed25519.' },
  { name: 'EARSHOT_BOUNCE_DOMAIN', default: 'none', meaning: 'Mails that can\'t be delivered come back to bounces+…@ this domain, whose mail server hands them to earshot bounce.' },
  { name: 'EARSHOT_SENDGRID_EVENT_KEY', default: 'none', meaning: 'The verification key of SendGrid\'s signed event webhook.' },
  { name: 'EARSHOT_SMS_URL', default: 'none: sandbox', meaning: 'Twilio, for text messages: twilio://SID:TOKEN@api.twilio.com?from=+15550100, or ?messaging_service_sid=MG…. The sandbox keeps each one and shows it at /mailbox/texts.' },
  { name: 'EARSHOT_TLS_CERT', default: 'none', meaning: 'A file with the certificate chain, to serve HTTPS itself.' },
  { name: 'EARSHOT_TLS_KEY', default: 'none', meaning: 'A file with the private key of that certificate.' },
  { name: 'EARSHOT_REQUIRE_HTTPS', default: 'off', meaning: 'on: a GET over plain HTTP is redirected, anything else refused.' },
  { name: 'EARSHOT_TRUST_PROXY', default: 'none', meaning: 'The proxies in front, by comma: addresses, ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal.' },
  { name: 'EARSHOT_SCANNER_NETWORKS', default: 'none', meaning: 'More networks from which mail security services follow links, by comma, such as 192.0.2.0/24; well-known ones are built in.' },
  { name: 'EARSHOT_LOG_LEVEL', default: 'info', meaning: `How much is logged: ${LOG_LEVELS.join(', ')}.` },
  { name: 'EARSHOT_SECRET', default: 'made at first start', meaning: 'Signs links and forms, at least 32 characters. Made in the data directory (mode 0600) if it is not set; several nodes need the same one.' },
] as const
export type SettingName = (typeof settings)[number]['name']

/** What is wrong with the settings, all of it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(`The settings have ${mistakes.length === 1 ? 'a mistake' : 'mistakes'}:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`)
    this.mistakes = mistakes
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of this process, with the secret from the data directory, where it is made at first. Throws ConfigError. */
export function readConfig(env: Environment = process.env): Config {
  const config = parseConfig(env)
  for (const [name, file] of [['EARSHOT_TLS_CERT', config.tls?.cert_file], ['EARSHOT_TLS_KEY', config.tls?.key_file]] as const) if (file) mustRead(name, file)
  if (config.dkim) mustSign(config.dkim)
  return { ...config, secret: config.secret === '' ? loadSecret(config.data_dir) : config.secret }
}

/** The same, without a look at any file: a secret that is not set is empty. Throws ConfigError. */
export function parseConfig(env: Environment): Config {
  const mistakes: string[] = []
  const read = <T>(name: SettingName, fallback: T, parse: (text: string) => T): T => {
    const text = env[name]?.trim() ?? ''
    try {
      return text === '' ? fallback : parse(text)
    } catch (error) {
      mistakes.push(`${name} ${error instanceof Error ? error.message : String(error)}`)
      return fallback
    }
  }
  const port = read('EARSHOT_PORT', 8080, parsePort)
  const cert_file = read('EARSHOT_TLS_CERT', '', resolve)
  const key_file = read('EARSHOT_TLS_KEY', '', resolve)
  const dkim = { domain: read('EARSHOT_DKIM_DOMAIN', '', parseDomain), selector: read('EARSHOT_DKIM_SELECTOR', '', parseDomain), key_file: read('EARSHOT_DKIM_KEY', '', resolve) }
  const config: Config = {
    host: read('EARSHOT_HOST', '127.0.0.1', parseHost),
    port,
    public_url: read('EARSHOT_PUBLIC_URL', `${cert_file ? 'https' : 'http'}://localhost:${port}`, parsePublicUrl),
    data_dir: read('EARSHOT_DATA_DIR', resolve('data'), (text) => resolve(text)),
    database_url: read('EARSHOT_DATABASE_URL', null, parseDatabaseUrl),
    mail_url: read('EARSHOT_MAIL_URL', null, parseMailUrl),
    dkim: dkim.domain && dkim.selector && dkim.key_file ? dkim : null,
    bounce_domain: read('EARSHOT_BOUNCE_DOMAIN', null, parseDomain),
    sendgrid_event_key: read('EARSHOT_SENDGRID_EVENT_KEY', null, parseEventKey),
    sms_url: read('EARSHOT_SMS_URL', null, parseSmsUrl),
    tls: cert_file && key_file ? { cert_file, key_file } : null,
    require_https: read('EARSHOT_REQUIRE_HTTPS', false, parseSwitch),
    trust_proxy: read('EARSHOT_TRUST_PROXY', [], parseProxies),
    scanner_networks: read('EARSHOT_SCANNER_NETWORKS', [], parseNetworks),
    log_level: read('EARSHOT_LOG_LEVEL', 'info', parseLogLevel),
    secret: read('EARSHOT_SECRET', '', parseSecret),
  }
  if ((cert_file === '') !== (key_file === '')) mistakes.push('EARSHOT_TLS_CERT and EARSHOT_TLS_KEY go together: set both or neither.')
  if (!config.dkim && Object.values(dkim).some((part) => part !== '')) mistakes.push('EARSHOT_DKIM_DOMAIN, EARSHOT_DKIM_SELECTOR and EARSHOT_DKIM_KEY go together: set all of them or none.')
  if (config.require_https && !config.tls && config.trust_proxy.length === 0) mistakes.push('EARSHOT_REQUIRE_HTTPS would refuse everything: set EARSHOT_TLS_CERT and EARSHOT_TLS_KEY, or name the HTTPS proxy in EARSHOT_TRUST_PROXY.')
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return config
}

/** Variables that look like settings and are none: probably slips of the pen. */
export function unknownSettings(env: Environment = process.env): string[] {
  const known = new Set<string>(settings.map((setting) => setting.name))
  return Object.keys(env).filter((name) => name.startsWith('EARSHOT_') && !known.has(name) && !/^EARSHOT_(TEST_|BENCH_|CI$)/.test(name)).sort()
}

/** What can be right, but is mostly forgotten, in sentences. */
export function findDoubts({ public_url, tls, trust_proxy }: Config): string[] {
  if (!public_url.startsWith('https:') || tls || trust_proxy.length > 0) return []
  return ['EARSHOT_PUBLIC_URL is HTTPS, so a proxy stands in front, but EARSHOT_TRUST_PROXY does not name it: all visitors count as one client, whose limits they share, and cookies are not marked Secure.']
}

function parseNetworks(text: string): string[] {
  const networks = text.split(',').map((network) => network.trim())
  networkTest(networks)
  return networks
}

/** Where mails that can't be delivered come back to; null: to whom they are from. */
export function bouncesOf({ bounce_domain, secret }: Config): BounceSettings | null {
  return bounce_domain === null ? null : { domain: bounce_domain, secret }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error('must be a number from 0 to 65535.')
  return port
}

function parseHost(text: string): string {
  if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)) throw new Error('must be an address or a host name, such as 0.0.0.0, without a port.')
  return text
}

function parsePublicUrl(text: string): string {
  const url = parseUrl(text, ['http:', 'https:'], 'must begin with http:// or https://, such as https://feedback.example.com.')
  // The vendors' paths begin at the root, and so do ours.
  if (url.href !== `${url.origin}/`) throw new Error('must be an address without a path, a query, a fragment or a user name.')
  return url.origin
}

function parseDatabaseUrl(text: string): string {
  parseUrl(text, ['postgres:', 'postgresql:'], 'must look like postgres://user:password@host:5432/database.')
  return text
}

function parseMailUrl(text: string): string {
  if (text.startsWith('sendgrid:')) {
    readSendGridUrl(text)
    return text
  }
  const url = parseUrl(text, ['smtp:', 'smtps:'], 'must look like smtp://user:password@host:587, smtps://user:password@host or sendgrid://KEY@api.sendgrid.com.')
  if (url.hostname === '') throw new Error('names no mail server: smtp://user:password@host:587.')
  return text
}

function parseDomain(text: string): string {
  if (text.length > 190 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text)) throw new Error('must be a name of letters, digits, hyphens and dots, such as example.com.')
  return text.toLowerCase()
}

function parseEventKey(text: string): string {
  readEventKey(text)
  return text
}

function parseSmsUrl(text: string): string {
  readTwilioUrl(text)
  return text
}

function parseUrl(text: string, protocols: readonly string[], complaint: string): URL {
  const url = URL.parse(text)
  if (!url || !protocols.includes(url.protocol)) throw new Error(complaint)
  return url
}

function parseSwitch(text: string): boolean {
  if (/^(on|true|yes|1)$/i.test(text)) return true
  if (/^(off|false|no|0)$/i.test(text)) return false
  throw new Error('must be on or off.')
}

/** `true` is refused: to trust every sender is to let anybody choose the address that limits and records go by. */
function parseProxies(text: string): string[] {
  const proxies = text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  for (const proxy of proxies) if (!isProxy(proxy)) throw new Error(`has ${proxy}, which is neither an address, nor a range such as 10.0.0.0/8, nor loopback, linklocal or uniquelocal.`)
  return proxies
}

function isProxy(proxy: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) return true
  const [address = '', bits, ...rest] = proxy.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  try {
    new BlockList().addSubnet(address, parsePort(bits), family === 6 ? 'ipv6' : 'ipv4')
    return true
  } catch {
    return false
  }
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase())
  if (!level) throw new Error(`must be one of ${LOG_LEVELS.join(', ')}.`)
  return level
}

function parseSecret(text: string): string {
  if (text.length < 32) throw new Error('must have at least 32 characters; `openssl rand -base64 32` makes a good one.')
  return text
}

function mustRead(name: SettingName, file: string): void {
  try {
    readFileSync(file)
  } catch (error) {
    throw new ConfigError([`${name} names a file that cannot be read: ${error instanceof Error ? error.message : String(error)}`])
  }
}

function mustSign(dkim: DkimSettings): void {
  try {
    openSigner(dkim)
  } catch (error) {
    throw new ConfigError([`EARSHOT_DKIM_KEY ${error instanceof Error ? error.message : String(error)}`])
  }
}

/** The secret in the data directory. Of processes that start at once the first one makes it: `link` fails where the name is taken, and nobody reads half a file. */
function loadSecret(data_dir: string): string {
  const file = join(data_dir, 'secret')
  const draft = join(data_dir, `secret.${process.pid}.${randomBytes(4).toString('hex')}`)
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(data_dir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
      writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
      tryLink(draft, file)
    }
    const secret = readFileSync(file, 'utf8').trim()
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
    return parseSecret(secret)
  } catch (error) {
    throw new ConfigError([`The secret in ${file} cannot be used: ${error instanceof Error ? error.message : String(error)} Mend the file or the directory (EARSHOT_DATA_DIR), or set EARSHOT_SECRET.`])
  } finally {
    rmSync(draft, { force: true })
  }
}

function tryLink(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
