import { readFileSync } from 'node:fs'
import { widgetSecret, rotateWidgetSecret } from '../core/responses/open-answer.ts'
import { getSurvey, type SurveyWithQuestions } from '../core/surveys.ts'
import { setWidget, type WidgetChange } from '../core/widgets.ts'
import { ACCOUNT_FLAG, needNumber, readYesNo, UsageError, type Call, type Command } from './command.ts'

const TRIGGERS = ['tab', 'button', 'custom'] as const

export const surveyWidgetCommand: Command = {
  summary: 'Shows a survey on other sites, and prints what to paste into their pages.',
  positionals: ['ID'],
  flags: {
    ...ACCOUNT_FLAG,
    trigger: { value: 'tab|button|custom', meaning: 'What opens it: a tab at the side, a button in the corner, or something of the page\'s own.' },
    label: { value: 'TEXT', meaning: 'What that says, at most 40 characters; its language\'s own word otherwise.' },
    origins: { value: 'LIST', meaning: 'The sites that may show it, such as https://shop.example, with commas between; any may where none is named.' },
    'signed-only': { value: 'yes|no', meaning: 'yes: only answers with data that the site\'s own server signed are taken.' },
    off: { meaning: 'No other site shows it any more.' },
  },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const change = readChange(call)
    const survey = await call.withAccount((ctx) => change === undefined ? getSurvey(ctx, id) : setWidget(ctx, id, change))
    const snippet = survey.widget && snippetOf(survey, call.config.public_url)
    call.print({ id: survey.id, code: survey.code, widget: survey.widget, snippet }, snippet ? snippet.split('\n') : ['No other site shows this survey. --trigger tab makes a widget of it.'])
  },
}

export const widgetSecretCommand: Command = {
  summary: 'Shows the secret by which an account\'s own server signs what its pages pass on to a widget.',
  flags: { ...ACCOUNT_FLAG, rotate: { meaning: 'Makes a new one first; what was signed by the old one is not believed any more.' } },
  async run(call) {
    const secret = await call.withAccount((ctx) => call.isSet('rotate') ? rotateWidgetSecret(ctx, call.config.secret) : widgetSecret(ctx, call.config.secret))
    call.print({ widget_secret: secret }, [secret])
  },
}

/** Undefined where nothing is to be changed. */
function readChange(call: Call): WidgetChange | null | undefined {
  if (call.isSet('off')) return null
  const trigger = call.text('trigger')
  if (trigger !== undefined && !isTrigger(trigger)) throw new UsageError(`--trigger is one of ${TRIGGERS.join(', ')}`)
  const [label, origins, signed_only] = [call.text('label'), call.text('origins'), readYesNo(call, 'signed-only')]
  if (trigger === undefined && label === undefined && origins === undefined && signed_only === undefined) return undefined
  return {
    ...trigger !== undefined && { trigger }, ...label !== undefined && { label }, ...signed_only !== undefined && { signed_only },
    ...origins !== undefined && { origins: origins.split(',').map((one) => one.trim()).filter((one) => one !== '') },
  }
}

function isTrigger(text: string): text is typeof TRIGGERS[number] {
  return TRIGGERS.some((known) => known === text)
}

function snippetOf({ code }: SurveyWithQuestions, public_url: string): string {
  return readFileSync(new URL('../../widget/snippet.html', import.meta.url), 'utf8').trimEnd().replaceAll('SERVER', public_url).replaceAll('CODE', code)
}
