import { Type } from 'typebox'
import { changeSite, createSite, getSiteByCode, listSites, type Site } from '../core/sites.ts'
import { ACCOUNT_FLAG, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const More = { city: Text, region: Text, site_type: Text }
const Draft = Type.Object({ code: Type.String(), name: Type.String(), ...More }, { additionalProperties: false })
const Change = Type.Object({ code: Type.Optional(Type.String()), name: Type.Optional(Type.String()), ...More }, { additionalProperties: false })

const FLAGS = {
  ...ACCOUNT_FLAG,
  code: { value: 'CODE', meaning: 'The account\'s own identifier of it, which no other has.' },
  name: { value: 'NAME', meaning: 'Its name.' },
  city: { value: 'CITY', meaning: 'Where it is.' },
  region: { value: 'REGION', meaning: 'The county, state or area.' },
  type: { value: 'TYPE', meaning: 'What it is, such as Office.' },
  ...FROM_FLAG,
} as const

export const createSiteCommand: Command = {
  summary: 'Makes a site.',
  flags: FLAGS,
  async run(call) {
    const drafts = readDrafts(call, Draft, fieldsOf(call))
    const sites = await call.withAccount((ctx) => writeAll(ctx, drafts, (inside, draft) => createSite(inside, draft)))
    call.print(oneOrList(sites.map(withoutAccount)), sites.map(lineOf))
  },
}

export const listSitesCommand: Command = {
  summary: 'Lists the account\'s sites.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const sites = await call.withAccount(listSites)
    call.print(sites.map(withoutAccount), sites.map(lineOf))
  },
}

export const changeSiteCommand: Command = {
  summary: 'Changes a site; fields that are left out stay.',
  positionals: ['CODE'],
  flags: FLAGS,
  async run(call) {
    const [change = {}, ...more] = readDrafts(call, Change, fieldsOf(call))
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const site = await call.withAccount(async (ctx) => changeSite(ctx, (await getSiteByCode(ctx, call.positionals[0] ?? '')).id, change))
    call.print(withoutAccount(site), [lineOf(site)])
  },
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { code: call.text('code'), name: call.text('name'), city: call.text('city'), region: call.text('region'), site_type: call.text('type') }
}

function withoutAccount({ id, code, name, city, region, site_type, created_at, updated_at }: Site): Omit<Site, 'account_id'> {
  return { id, code, name, city, region, site_type, created_at, updated_at }
}

function lineOf({ id, code, name, city, region }: Site): string {
  return [id, code, name, ...city ? [city] : [], ...region ? [region] : []].join('  ')
}
