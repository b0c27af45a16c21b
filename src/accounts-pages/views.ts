import { html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import type { WebSession } from '../http/session-cookie.ts'

/** `/`: what this is, and for whom it is open. */
export function firstPage(session: WebSession | null): PageParts {
  if (session?.actor.kind !== 'user') return { title: 'Earshot', body: html`<main><h1>Earshot</h1><p>Customer feedback: asked for, answered and understood.</p><p><a class="button" href="/login">Log in</a></p></main>` }
  return {
    title: `${session.account.name} · Earshot`,
    body: html`<main>
<h1>${session.account.name}</h1>
<p>You are logged in as ${session.actor.role}.</p>
<p><a href="/mailbox">Mailbox</a>: the mails of the sandbox.</p>
<form method="post" action="/logout"><input type="hidden" name="csrf_token" value="${session.csrf_token}"><button>Log out</button></form>
</main>`,
  }
}

/** `/login`; after a try that failed with what was written, but not the password. */
export function logInPage(failed: { email: string, message: string } | null): PageParts {
  return {
    title: `${failed ? 'Error: ' : ''}Log in · Earshot`,
    body: html`<main>
<h1>Log in</h1>
${failed && html`<p class="bad" role="alert" id="problem">${failed.message}</p>`}
<form method="post" action="/login">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${failed?.email}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button>Log in</button>
</form>
<p class="soft">No password yet? The administrator makes a link that logs you in once: earshot user link.</p>
</main>`,
  }
}

/** `/login/code`, for whoever has a second factor; after a try that failed with why. */
export function codePage(auth_token: string, problem: string | null): PageParts {
  return {
    title: `${problem ? 'Error: ' : ''}Log in · Earshot`,
    body: html`<main>
<h1>Log in</h1>
${problem && html`<p class="bad" role="alert" id="problem">${problem}</p>`}
<form method="post" action="/login/code">
<input type="hidden" name="auth_token" value="${auth_token}">
<label for="code">The code that your authenticator app shows</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20">
<button>Log in</button>
</form>
<p class="soft">It has to be sent within five minutes. <a href="/login">Begin again</a></p>
</main>`,
  }
}

/** `/login/:token`: posts to its own address. */
export function linkPage(): PageParts {
  return { title: 'Log in · Earshot', body: html`<main><h1>Log in</h1><p>This link logs you in, once.</p><form method="post"><button>Log in</button></form></main>` }
}

/** What went wrong, in a sentence. */
export function sorryPage(message: string): PageParts {
  return { title: 'That did not work · Earshot', body: html`<main><h1>That did not work</h1><p>${message}</p><p><a href="/login">To the log-in page</a></p></main>` }
}
