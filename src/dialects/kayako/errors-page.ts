import { html } from '../../http/html.ts'
import type { PageParts } from '../../http/page.ts'
import { CODES } from './errors.ts'

/** `/docs/kayako`, to which each error's `more_info` leads: every code, at the anchor of its name. */
export function errorsPage(): PageParts {
  return {
    title: 'Error codes · Earshot',
    body: html`<main>
<h1>Error codes</h1>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Means</th></tr></thead>
<tbody>
${Object.entries(CODES).map(([code, [status, meaning]]) => html`<tr id="${code}"><th scope="row">${code}</th><td>${status}</td><td>${meaning}</td></tr>
`)}</tbody>
</table>
</main>`,
  }
}
