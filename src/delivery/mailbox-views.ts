import type { Outcome } from '../core/clicks/outcomes.ts'
import type { Account } from '../core/context.ts'
import type { listSandboxMails, SandboxMail } from '../core/sandbox-mails.ts'
import type { SandboxText } from '../core/sandbox-texts.ts'
import { html, type Html } from '../http/html.ts'
import { PIECES, PLAIN_STYLE, type PageParts } from '../http/page.ts'

type Listed = Awaited<ReturnType<typeof listSandboxMails>>

/** `/mailbox`: one page of the kept mails. */
export function mailboxPage(account: Account, mails: Listed, page: number, per_page: number): PageParts {
  return framed('Mailbox', html`<main>
${top(account, '/mailbox')}
<p class="soft">While no mail server is set, mails are kept here instead of being sent.</p>
${mails.total === 0 ? EMPTY : html`<ul class="mails">${mails.rows.map((mail) => listItem(mail, account.time_zone))}</ul>`}
${pageLinks('/mailbox', ['mail', 'mails'], mails.total, page, per_page)}
</main>`)
}

/** `/mailbox/texts`: one page of the kept text messages, each as it would have gone out. */
export function textsPage(account: Account, texts: { rows: SandboxText[], total: number }, page: number, per_page: number, public_url: string): PageParts {
  return framed('Text messages', html`<main>
${top(account, '/mailbox/texts')}
<p class="soft">While no provider of text messages is set, they are kept here instead of being sent.</p>
${texts.total === 0 ? NO_TEXTS : html`<ul class="texts">${texts.rows.map((text) => textItem(text, account.time_zone, public_url))}</ul>`}
${pageLinks('/mailbox/texts', ['text message', 'text messages'], texts.total, page, per_page)}
</main>`)
}

/** How a mail can be looked at. */
export const MAIL_VIEWS = ['wide', 'phone', 'text', 'headers'] as const
export type MailView = typeof MAIL_VIEWS[number]
const VIEW_NAMES: Record<MailView, string> = { wide: 'As a page', phone: 'On a phone', text: 'As text', headers: 'Headers and size' }

/** `/mailbox/:id`: one mail, as it would have gone out. */
export function mailPage(account: Account, mail: SandboxMail, public_url: string, view: MailView): PageParts {
  return {
    ...framed(mail.subject, html`<main>
<p class="soft"><a href="/mailbox">Mailbox</a></p>
<h1>${mail.subject}</h1>
<p class="soft">To ${mail.to_header}, ${timeOf(mail.created_at, account.time_zone)}</p>
${mail.token && html`<p><a class="button" href="${public_url}/surveys/${mail.token}" target="_blank">Open the survey as the recipient</a></p>
<form method="post" action="/mailbox/${mail.id}/scanners"><button class="quiet">Simulate scanners</button></form>
<p class="soft">They follow the links of this mail as mail security services do, for three minutes at most. None of it may count.</p>`}
<nav class="tabs" aria-label="Views">${MAIL_VIEWS.map((one) => html`<a href="/mailbox/${mail.id}?view=${one}"${one === view && html` aria-current="page"`}>${VIEW_NAMES[one]}</a>`)}</nav>
${viewOf(mail, account.time_zone, view)}
</main>`),
    frame_src: "'self'",
  }
}

/** `/mailbox/:id/scanners`: what link scanners did with a mail, as it comes. */
export function scannersPage(mail: SandboxMail): PageParts {
  return framed('Scanners', html`<main>
<p class="soft"><a href="/mailbox/${mail.id}">${mail.subject || '(no subject)'}</a></p>
<h1>Scanners on this mail</h1>
<p class="soft">All of them set out at the same time. Those that look at each page for a while take three minutes.</p>
<table class="scans"><thead><tr><th scope="col">Scanner</th><th scope="col">What it does</th><th scope="col">Done</th></tr></thead><tbody>
${PIECES}
</main>`)
}

/** A line of it. */
export function scannerRow({ name, does }: { name: string, does: string }, outcome: string): Html {
  return html`<tr><th scope="row">${name}</th><td>${does}</td><td>${outcome}</td></tr>
`
}

/** What came of it all. */
export function scannersSummary(before: Outcome | null, after: Outcome | null): Html {
  const is_right = before?.is_counted === after?.is_counted && before?.score === after?.score
  const scored = (outcome: Outcome | null) => (outcome?.is_counted ? `one answer${outcome.score === null ? '' : `, ${outcome.score}`}` : 'nothing')
  return html`</tbody></table>
<h2>What counts</h2>
<p${!is_right && html` class="bad"`}>Before: ${scored(before)}. Now: ${scored(after)}. ${is_right ? 'None of the scanners counts.' : 'A scanner was taken for a person.'}</p>
<p>Held for review: ${after?.suspected ?? 0}. Waiting for the end of the quiet window, to be judged again: ${after?.provisional ?? 0}.</p>
<p class="soft">Wait a minute before you answer the mail yourself: a person beside a scanner has to write something, or to keep cookies, to be told apart.</p>`
}

function viewOf(mail: SandboxMail, time_zone: string, view: MailView): Html {
  if (view === 'text') return html`<pre dir="auto">${mail.text}</pre>`
  if (view !== 'headers') return html`<iframe class="${view}" src="/mailbox/${mail.id}/html" title="The mail's HTML part" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`
  const headers: [string, string | Html][] = [['From', mail.from_header], ['To', mail.to_header], ['Subject', mail.subject], ['Date', timeOf(mail.created_at, time_zone)], ['Message-ID', mail.message_id], ...Object.entries(mail.headers)]
  return html`<dl class="headers">${[...headers, ['HTML part', sizeOf(mail.html)], ['Text part', sizeOf(mail.text)]].map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function sizeOf(part: string): string {
  return `${(Buffer.byteLength(part) / 1000).toFixed(1)} kB`
}

/** What went wrong, in a sentence. */
export function sorryPage(title: string, message: string): PageParts {
  return framed(title, html`<main><h1>${title}</h1><p>${message}</p><p><a href="/mailbox">To the mailbox</a></p></main>`)
}

function framed(title: string, body: Html): PageParts {
  return { title: `${title} · Earshot`, body, style: PLAIN_STYLE + STYLE }
}

/** The way back, the name of it all, and its two halves. */
function top(account: Account, here: '/mailbox' | '/mailbox/texts'): Html {
  const tab = (path: string, name: string): Html => (path === here ? html`<a href="${path}" aria-current="page">${name}</a>` : html`<a href="${path}">${name}</a>`)
  return html`<p class="soft"><a href="/">${account.name}</a></p>
<h1>Mailbox</h1>
<nav class="tabs" aria-label="Mailbox">${tab('/mailbox', 'Mails')}${tab('/mailbox/texts', 'Text messages')}</nav>`
}

function pageLinks(path: string, [one, many]: [string, string], total: number, page: number, per_page: number): Html | false {
  const pages = Math.max(1, Math.ceil(total / per_page))
  return total > 0 && html`<nav class="pages" aria-label="Pages">
<span>${page > 1 && html`<a href="${path}?page=${Math.min(page - 1, pages)}" rel="prev">Newer</a>`}</span>
<span class="soft">Page ${page} of ${pages}, ${total} ${total === 1 ? one : many}</span>
<span>${page < pages && html`<a href="${path}?page=${page + 1}" rel="next">Older</a>`}</span>
</nav>`
}

const EMPTY = html`<p>There are no mails yet. When a closed ticket comes in, or a system asks for feedback, its mail is here within a second.</p>`

const NO_TEXTS = html`<p>There are no text messages yet. Once the account may send them, each one is here within a second of its time.</p>`

function textItem(text: SandboxText, time_zone: string, public_url: string): Html {
  const { body, characters, segments, token } = text
  return html`<li>
<p class="to"><strong>${text.to_number}</strong> <span class="soft">${timeOf(text.created_at, time_zone)}</span></p>
<p class="text" dir="auto">${body}</p>
<p class="soft count">${characters} ${characters === 1 ? 'character' : 'characters'}, ${segments} ${segments === 1 ? 'segment' : 'segments'}${token && html` <a href="${public_url}/surveys/${token}" target="_blank">Open the survey<span class="unseen"> that was sent to ${text.to_number}</span></a>`}</p>
</li>`
}

function listItem(mail: Listed['rows'][number], time_zone: string): Html {
  return html`<li><a href="/mailbox/${mail.id}"><strong>${mail.subject || '(no subject)'}</strong></a><span>${mail.to_header}</span><span class="soft">${timeOf(mail.created_at, time_zone)}</span></li>`
}

function timeOf(time: Date, time_zone: string): Html {
  return html`<time datetime="${time.toISOString()}">${new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: time_zone }).format(time)}</time>`
}

const STYLE = `
main { max-inline-size: 60rem }
main > p:first-child { margin-block-start: 0 }
h2 { margin-block: 1.5rem .5rem }
ul.mails { list-style: none; margin: 0; padding: 0; border-block-start: 1px solid var(--line) }
ul.mails li { position: relative; display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 2fr) auto; gap: .25rem 1rem; align-items: baseline; padding: .75rem .25rem; border-block-end: 1px solid var(--line) }
ul.mails li:hover { background: color-mix(in srgb, var(--accent) 8%, transparent) }
ul.mails a { text-decoration: none }
ul.mails a::after { content: ''; position: absolute; inset: 0 }
.tabs { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-block-end: 1rem; border-block-end: 1px solid var(--line) }
.tabs a { padding-block: .6rem; border-block-end: 3px solid transparent; text-decoration: none }
.tabs a[aria-current] { border-color: var(--accent); color: inherit; font-weight: 600 }
ul.texts { list-style: none; margin: 0; padding: 0 }
ul.texts li { padding-block: 1rem; border-block-end: 1px solid var(--line) }
ul.texts li:first-child { padding-block-start: 0 }
ul.texts p { margin: 0 }
ul.texts .to, ul.texts .count { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; max-inline-size: 32rem }
ul.texts .text { max-inline-size: 32rem; margin-block: .5rem; padding: .75rem 1rem; border-radius: .25rem 1rem 1rem; background: color-mix(in srgb, var(--accent) 12%, transparent); white-space: pre-wrap }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.pages { display: grid; grid-template-columns: 1fr auto 1fr; gap: 1rem; margin-block-start: 1rem }
.pages a { display: inline-block; padding-block: .5rem }
.pages span:last-child { text-align: end }
.headers { margin: 0 }
.headers div { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 1rem; padding-block: .25rem; border-block-end: 1px solid var(--line) }
.headers dt { color: var(--soft) }
.headers dd { margin: 0 }
iframe { display: block; inline-size: 100%; block-size: 40rem; border: 1px solid var(--line); border-radius: .5rem; resize: vertical; color-scheme: normal }
iframe.phone { inline-size: 22.5rem; max-inline-size: 100%; margin-inline: auto; border-radius: 1.25rem }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .875rem; white-space: pre-wrap }
table.scans th { overflow-wrap: normal }
@media (max-width: 40rem) {
table.scans thead { position: absolute; clip-path: inset(50%) }
table.scans tr, table.scans th, table.scans td { display: block }
table.scans tr { padding-block: .5rem; border-block-end: 1px solid var(--line) }
table.scans th, table.scans td { padding: 0; border: 0 }
ul.mails li, .headers div { grid-template-columns: minmax(0, 1fr) }
main { padding: 1rem }
body { padding: .75rem .5rem }
}
`
