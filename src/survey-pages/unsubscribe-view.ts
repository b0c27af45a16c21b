import type { OptOut } from '../core/unsubscribes.ts'
import type { Spoken } from './language.ts'
import { directionOf } from '../http/direction.ts'
import { html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fill } from '../texts/sentences.ts'
import type { OptOutStage } from '../texts/shape.ts'
import { logoOrigin, renderLogo, themedStyle } from './theme.ts'

/** One sentence and one button: to opt out, or, who has done that, to come back; `action` is where it leads. Of the customer it shows nothing. */
export function renderOptOut(stage: OptOutStage, { account, survey }: Pick<Spoken<OptOut>, 'account' | 'survey'>, action: string): PageParts {
  const { heading, text, button } = textsOf(survey.locale).opt_out[stage]
  const body = html`<main class="notice">
${renderLogo(survey.theme, account)}<p class="from"><bdi>${account.name}</bdi></p>
<h1>${heading}</h1>
<p>${fill(text, { account: account.name })}</p>
<form method="post" action="${action}">
<button${stage !== 'ask' && html` class="quiet"`}>${button}</button>
</form>
</main>`
  return { title: `${heading} – ${account.name}`, body, style: themedStyle(survey.theme), ...logoOrigin(survey.theme), lang: survey.locale, dir: directionOf(survey.locale) }
}
