import type { Account } from '../core/context.ts'
import type { SpokenSurvey } from '../core/survey-texts.ts'
import { directionOf } from '../http/direction.ts'
import { html, type Html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import type { NoticeKind } from '../texts/shape.ts'
import { langOf } from './question-group.ts'
import { logoOrigin, renderLogo, themedStyle } from './theme.ts'

/** Whose survey it is about, where that is known. */
export interface NoticeSender { account: Pick<Account, 'name'>, survey: Pick<SpokenSurvey, 'locale' | 'theme'> }

/** Where it can lead: to a public review, for everyone alike, and to changing what was sent, for whoever may; and, in a frame, the sites that may show it after an answer. */
export interface NoticeParts { review?: SpokenSurvey['review_link'], change?: string | null, origins?: readonly string[] | null }

/** A page that only says one thing, kindly: in the language of whose survey it is about, else in the one given. */
export function renderNotice(kind: NoticeKind, sender: NoticeSender | null, otherwise = 'en', { review, change, origins = null }: NoticeParts = {}): PageParts {
  const locale = sender?.survey.locale ?? otherwise
  const theme = sender?.survey.theme ?? null
  const { notices, form } = textsOf(locale)
  const { heading, text } = notices[kind]
  const body = html`<main class="notice"${origins && html` data-answered data-origins="${origins.join(' ')}"`}>
${sender && renderLogo(theme, sender.account)}${(kind === 'thanks' || kind === 'answered') && CHECK_MARK}
${sender && html`<p class="from"><bdi>${sender.account.name}</bdi></p>`}
<h1>${heading}</h1>
<p>${text}</p>
${review && html`<p><a class="button" href="${review.url}" rel="noopener noreferrer"${origins && html` target="_blank"`} dir="auto"${langOf(review, locale)}>${review.label}</a></p>
`}${change && html`<p><a href="${change}">${form.change.link}</a></p>
`}</main>`
  return { title: sender ? `${heading} – ${sender.account.name}` : heading, body, style: themedStyle(theme), ...logoOrigin(theme), lang: locale, dir: directionOf(locale) }
}

const CHECK_MARK: Html = html`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><circle cx="24" cy="24" r="21"/><path d="m15 25 6 6 12-13"/></svg>`
