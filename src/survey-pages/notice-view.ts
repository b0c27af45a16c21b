import type { Account } from '../core/context.ts'
import { directionOf } from '../http/direction.ts'
import { html, type Html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import type { NoticeKind } from '../texts/shape.ts'
import { style } from './style.ts'

/** Whose survey it is about, where that is known. */
export interface NoticeSender { account: Pick<Account, 'name'>, survey: { locale: string } }

/** A page that only says one thing, kindly, `origins` being the sites that may show it in a frame after an answer: in the language of whose survey it is about, else in the one given. */
export function renderNotice(kind: NoticeKind, sender: NoticeSender | null, otherwise = 'en', origins: readonly string[] | null = null): PageParts {
  const locale = sender?.survey.locale ?? otherwise
  const { heading, text } = textsOf(locale).notices[kind]
  const body = html`<main class="notice"${origins && html` data-answered data-origins="${origins.join(' ')}"`}>
${(kind === 'thanks' || kind === 'answered') && CHECK_MARK}
${sender && html`<p class="from"><bdi>${sender.account.name}</bdi></p>`}
<h1>${heading}</h1>
<p>${text}</p>
</main>`
  return { title: sender ? `${heading} – ${sender.account.name}` : heading, body, style, lang: locale, dir: directionOf(locale) }
}

const CHECK_MARK: Html = html`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><circle cx="24" cy="24" r="21"/><path d="m15 25 6 6 12-13"/></svg>`
