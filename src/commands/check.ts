import { sql } from 'kysely'
import { createTransport } from 'nodemailer'
import { findDoubts, unknownSettings } from '../config.ts'
import { checkSendGrid } from '../delivery/sendgrid.ts'
import { checkTwilio } from '../delivery/twilio.ts'
import { openStorage } from '../storage/open.ts'
import { findStorageFault } from '../storage/readiness.ts'
import type { Call, Command } from './command.ts'

interface Finding { readonly what: 'settings' | 'database' | 'mail' | 'text messages', readonly ok: boolean, readonly detail: string }

export const check: Command = {
  summary: 'Looks whether the settings, the database, the mail server and the provider of text messages are as they should be. Changes nothing.',
  async run(call) {
    const findings = [checkSettings(call), await checkDatabase(call), await checkMail(call.config.mail_url), await checkTexts(call.config.sms_url)]
    call.print({ ok: findings.every(({ ok }) => ok), findings }, findings.map(({ what, ok, detail }) => `${ok ? 'ok ' : 'BAD'}  ${what}: ${detail}`))
    return findings.every(({ ok }) => ok) ? 0 : 1
  },
}

function checkSettings({ config }: Call): Finding {
  const unknown = unknownSettings()
  if (unknown.length > 0) return { what: 'settings', ok: false, detail: `${unknown.join(', ')} is not known; see docs/configuration.md.` }
  return { what: 'settings', ok: true, detail: `listens on ${config.host} port ${config.port}${config.tls ? ' with TLS' : ''}, links begin with ${config.public_url}${findDoubts(config).map((doubt) => `. ${doubt}`).join('')}` }
}

async function checkDatabase({ config }: Call): Promise<Finding> {
  try {
    const storage = await openStorage({ ...config, migrate: false, log: () => undefined })
    try {
      const fault = await findStorageFault(storage.db)
      const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(storage.db)
      const name = `${storage.is_embedded ? `embedded PostgreSQL ${rows[0]?.version} in ${config.data_dir}` : `PostgreSQL ${rows[0]?.version}`}`
      const is_pending = fault?.includes('not migrated') ?? false
      return { what: 'database', ok: fault === null || is_pending, detail: fault === null ? name : `${name}. ${fault}${is_pending ? ' The next start does it.' : ''}` }
    } finally {
      await storage.close()
    }
  } catch (error) {
    return { what: 'database', ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

async function checkMail(mail_url: string | null): Promise<Finding> {
  if (mail_url === null) return { what: 'mail', ok: true, detail: 'the sandbox: no mail leaves; set EARSHOT_MAIL_URL to send' }
  if (mail_url.startsWith('sendgrid:')) return { what: 'mail', ...await checkSendGrid(mail_url) }
  const { host } = new URL(mail_url)
  const transport = createTransport({ url: mail_url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 })
  try {
    await transport.verify()
    return { what: 'mail', ok: true, detail: `${host} answers and lets us in` }
  } catch (error) {
    return { what: 'mail', ok: false, detail: `${host}: ${error instanceof Error ? error.message : String(error)}` }
  } finally {
    transport.close()
  }
}

async function checkTexts(sms_url: string | null): Promise<Finding> {
  if (sms_url === null) return { what: 'text messages', ok: true, detail: 'the sandbox: no text message leaves; set EARSHOT_SMS_URL to send' }
  return { what: 'text messages', ...await checkTwilio(sms_url) }
}
