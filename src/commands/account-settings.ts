import { Type } from 'typebox'
import { changeAccountSettings, settingsOf, type AccountSettings } from '../core/account-settings.ts'
import type { Account } from '../core/context.ts'
import { ACCOUNT_FLAG, Unable, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, readDrafts } from './drafts.ts'

const NullableInteger = Type.Union([Type.Integer(), Type.Null()])
const Change = Type.Partial(Type.Object({
  time_zone: Type.String(), first_weekday: Type.String(), throttle_days: Type.Integer(), default_email_template_id: Type.Integer(), text_messages: Type.Boolean(),
  country: Type.Union([Type.String(), Type.Null()]), score_scale: Type.Integer(), retention_months: NullableInteger, full_removal: Type.Boolean(),
}), { additionalProperties: false })

export const accountSettingsCommand: Command = {
  summary: 'Shows an account\'s settings, and changes those that are given.',
  flags: {
    ...ACCOUNT_FLAG,
    'time-zone': { value: 'ZONE', meaning: 'Such as Europe/Berlin; its days, weeks and quarters.' },
    'first-weekday': { value: 'DAY', meaning: 'What its weeks begin with: monday to sunday.' },
    'throttle-days': { value: 'N', meaning: 'Days between two invitations to the same address, 0 to 3650; 0: no over-survey protection.' },
    'default-template': { value: 'ID', meaning: 'The e-mail template of requests that name none.' },
    'text-messages': { value: 'on|off', meaning: 'Whether text messages are sent.' },
    country: { value: 'CODE|none', meaning: 'Two letters, such as GB: what telephone numbers without a prefix belong to.' },
    'score-scale': { value: '3|5|10', meaning: 'The highest score that reports show.' },
    'retention-months': { value: 'N|off', meaning: 'How long personal data are kept after they were last needed, 1 to 600 months; off: for ever.' },
    'full-removal': { value: 'on|off', meaning: 'Whether deleting a person takes their scores too, instead of leaving them without a name.' },
    yes: { meaning: 'Counts the records anew also where there are so many that others are held up for long.' },
    ...FROM_FLAG,
  },
  async run(call) {
    const [change = {}, ...more] = readDrafts(call, Change, flagsOf(call))
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const tell = (records: number): void => console.error(noticeOfRecount(records, call.isSet('yes')))
    const account = await call.withAccount((ctx) => Object.keys(change).length === 0 ? Promise.resolve(ctx.account) : changeAccountSettings(ctx, change, tell))
    call.print(described(account), Object.entries(described(account)).map(([name, value]) => `${name}: ${wordOf(value)}`))
  },
}

/** From here on a quarter of the 60 seconds goes after which those who wait give up. */
const MANY_RECORDS = 1_000_000
const SECONDS_PER_MILLION = 15

/** What is said before records are counted anew. Throws Unable where there are so many that it has to be agreed to. */
export function noticeOfRecount(records: number, is_agreed: boolean): string {
  const seconds = Math.max(1, Math.round(records / 1_000_000 * SECONDS_PER_MILLION)).toLocaleString('en')
  const what = `${records.toLocaleString('en')} ${records === 1 ? 'record' : 'records'} anew, about ${seconds} ${seconds === '1' ? 'second' : 'seconds'} long. Answers and messages of all accounts wait until it is done, and those that wait for more than 60 seconds fail`
  if (records >= MANY_RECORDS && !is_agreed) throw new Unable(`this counts ${what}. Nothing was changed. Do it when little goes on, with --yes`)
  return `Counting ${what}…`
}

function flagsOf(call: Call): Record<string, unknown> {
  const country = call.text('country')
  return {
    time_zone: call.text('time-zone'), first_weekday: call.text('first-weekday')?.toLowerCase(), throttle_days: numberOf(call, 'throttle-days'), default_email_template_id: numberOf(call, 'default-template'),
    text_messages: switchOf(call, 'text-messages'), country: country === 'none' ? null : country, score_scale: numberOf(call, 'score-scale'),
    retention_months: call.text('retention-months') === 'off' ? null : numberOf(call, 'retention-months'), full_removal: switchOf(call, 'full-removal'),
  }
}

function numberOf(call: Call, flag: string): number | undefined {
  const text = call.text(flag)
  if (text !== undefined && !/^\d{1,15}$/.test(text)) throw new UsageError(`--${flag} must be a number`)
  return text === undefined ? undefined : Number(text)
}

function switchOf(call: Call, flag: string): boolean | undefined {
  const text = call.text(flag)
  if (text !== undefined && text !== 'on' && text !== 'off') throw new UsageError(`--${flag} must be on or off`)
  return text === undefined ? undefined : text === 'on'
}

function described(account: Account): Pick<Account, 'id' | 'name' | 'subdomain'> & AccountSettings {
  const { id, name, subdomain } = account
  return { id, name, subdomain, ...settingsOf(account) }
}

function wordOf(value: unknown): string {
  if (value === null) return 'none'
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
}
