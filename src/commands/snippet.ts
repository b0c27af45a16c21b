import { writeFileSync } from 'node:fs'
import type { Context } from '../core/context.ts'
import { createSnippetKey, getSnippetKey, listSnippetKeys, revokeSnippetKey, type SnippetKey } from '../core/snippet-keys.ts'
import { speakSurvey } from '../core/survey-texts.ts'
import { getSurvey, getSurveyFor, headlineQuestion, scaleOf } from '../core/surveys.ts'
import { PSAS, renderSnippet, type Psa } from '../delivery/snippet.ts'
import { findLocale, LOCALES, type Locale } from '../texts/locales.ts'
import { ACCOUNT_FLAG, need, needNumber, Unable, UsageError, type Call, type Command } from './command.ts'

const SNIPPET_FLAGS = {
  ...ACCOUNT_FLAG,
  psa: { value: 'PSA', meaning: `Whose placeholders it has: ${PSAS.join(', ')}.` },
  locale: { value: 'LOCALE', meaning: 'The language of its question and of its links\' pages, such as fr; where it is left out, the survey\'s own, and pages go by the browser.' },
  out: { value: 'FILE', meaning: 'Writes the HTML there instead of printing it.' },
} as const

export const createSnippetCommand: Command = {
  summary: 'Makes a snippet for the closed-ticket mail of a PSA, with a public key of its own.',
  flags: {
    ...SNIPPET_FLAGS,
    name: { value: 'NAME', meaning: 'What it is for; the PSA\'s name where it is left out.' },
    site: { value: 'CODE', meaning: 'The site that its tickets belong to; the default site where it is left out.' },
  },
  async run(call) {
    const psa = needPsa(call)
    const site_code = call.text('site')
    await printSnippet(call, psa, (ctx) => createSnippetKey(ctx, { name: call.text('name') ?? psa, ...(site_code === undefined ? {} : { site_code }) }))
  },
}

export const showSnippetCommand: Command = {
  summary: 'Prints a snippet again, with the scale that is asked now.',
  positionals: ['ID'],
  flags: SNIPPET_FLAGS,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    await printSnippet(call, needPsa(call), (ctx) => getSnippetKey(ctx, id))
  },
}

export const listSnippetsCommand: Command = {
  summary: 'Lists the account\'s snippets.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const keys = await call.withAccount(listSnippetKeys)
    call.print(keys, keys.map((key) => `${key.id}  ${key.name}  ${key.site_code}  ${key.public_key}${key.revoked_at ? `  revoked ${key.revoked_at.toISOString()}` : ''}`))
  },
}

export const revokeSnippetCommand: Command = {
  summary: 'Ends a snippet\'s key at once and for good, in mails that went out already, too.',
  positionals: ['ID'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    await call.withAccount((ctx) => revokeSnippetKey(ctx, id))
    call.print({ id, revoked: true }, [`Snippet ${id} is revoked.`])
  },
}

function needPsa(call: Call): Psa {
  const named = need(call, 'psa')
  const psa = PSAS.find((known) => known === named.toLowerCase())
  if (!psa) throw new UsageError(`--psa must be one of ${PSAS.join(', ')}`)
  return psa
}

/** The scale is read first: a key without a snippet would be of no use. */
async function printSnippet(call: Call, psa: Psa, getKey: (ctx: Context) => Promise<SnippetKey>): Promise<void> {
  const { public_url } = call.config
  const locale = readLocale(call)
  const { id, public_key, html } = await call.withAccount(async (ctx) => {
    const asked = await readScale(ctx, locale)
    const key = await getKey(ctx)
    if (key.revoked_at) throw new Unable(`snippet ${key.id} is revoked: earshot snippet create makes another`)
    return { ...key, html: renderSnippet({ public_url, public_key: key.public_key, psa, ...asked, ...locale && { locale } }) }
  })
  if (isLocal(public_url)) console.error(`EARSHOT_PUBLIC_URL is ${public_url}, which customers cannot reach: set it, and print the snippet again with earshot snippet show ${id}.`)
  const out = call.text('out')
  if (out !== undefined) writeOut(out, html)
  call.print({ id, public_key, psa, html }, out === undefined ? [html] : [`Snippet ${id} is in ${out}.`])
}

function readLocale(call: Call): Locale | null {
  const named = call.text('locale')
  if (named === undefined) return null
  const locale = findLocale(named)
  if (!locale) throw new UsageError(`--locale must be one of ${LOCALES.join(', ')}`)
  return locale
}

/** What the rating links of a mail ask: the first rating of the survey about tickets, in that language where the survey is in it. */
async function readScale(ctx: Context, locale: Locale | null) {
  const survey = await getSurvey(ctx, (await getSurveyFor(ctx, 'ticket')).id)
  const { questions } = await speakSurvey(ctx.db, survey, { named: locale, template: null, accepted: [] })
  const question = headlineQuestion(questions)
  if (!question) throw new Unable('the survey about tickets has no rating, so there is nothing to click on')
  return { question: question.text, scale: scaleOf(question), labels: question.scale_labels }
}

function isLocal(public_url: string): boolean {
  const { hostname } = new URL(public_url)
  return hostname === '[::1]' || /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0)$/.test(hostname)
}

function writeOut(file: string, html: string): void {
  try {
    writeFileSync(file, html)
  } catch (error) {
    throw new Unable(`--out ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
