import { html, type Html } from '../../http/html.ts'
import type { PageParts } from '../../http/page.ts'
import type { Asked } from './oauth-page.ts'

/** How far the person is: still to log in, or to show their one-time code. */
export type Step = { kind: 'password', email: string } | { kind: 'code', auth_token: string }

export interface Leave { client: string, goes_to: string, scopes: string[], asked: Asked, step: Step, problem: string | null }

/** Who asks for what, and the way to say yes or no. */
export function leavePage({ client, goes_to, scopes, asked, step, problem }: Leave): PageParts {
  return {
    title: `${problem ? 'Error: ' : ''}Let ${client} in · Earshot`,
    body: html`<main>
<h1>Let ${client} in?</h1>
<p>It would like to act for you, and could then:</p>
<ul>${scopes.map((scope) => html`<li>${meaningOf(scope)}</li>`)}</ul>
<p class="soft">Either way you will be sent to ${goes_to}.</p>
${problem && html`<p class="bad" role="alert" id="problem">${problem}</p>`}
<form method="post" action="/oauth/token/authorize">
${Object.entries(asked).map(([name, value]) => value !== null && html`<input type="hidden" name="${name}" value="${value}">`)}
${step.kind === 'password' ? passwordFields(step.email) : codeFields(step.auth_token)}
<button name="decision" value="allow">Log in and allow</button>
<button class="quiet" name="decision" value="deny" formnovalidate>Do not allow</button>
</form>
</main>`,
  }
}

/** What went wrong, in a sentence. */
export function sorryPage(message: string): PageParts {
  return { title: 'That did not work · Earshot', body: html`<main><h1>That did not work</h1><p>${message}</p></main>` }
}

function passwordFields(email: string): Html {
  return html`<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">`
}

function codeFields(auth_token: string): Html {
  return html`<input type="hidden" name="auth_token" value="${auth_token}">
<label for="code">The code that your authenticator app shows</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20">`
}

const AREAS: Readonly<Record<string, string>> = {
  users: 'people, teams and organizations', conversations: 'cases, conversations and their ratings', insights: 'reports', search: 'searches', configuration: 'settings',
}

function meaningOf(scope: string): string {
  const [area = '', level] = scope.split(':')
  return `${level === 'read' ? 'see' : 'see and change'} ${AREAS[area] ?? area}`
}
