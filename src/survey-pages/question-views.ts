import { MAX_TEXT } from '../core/responses/answers.ts'
import { html, type Html } from '../http/html.ts'
import { fillNumber } from '../texts/sentences.ts'
import type { Texts } from '../texts/shape.ts'
import { controlId, describedBy, groupClass, isGiven, isRequired, langOf, note, renderFault, renderGroup, renderQuestion, segmentOf, type Field } from './question-group.ts'
import { renderRating } from './rating-view.ts'

/** The question with its native controls, on a page of that language. The first control's id is the field's name: links in the summary of faults lead there. */
export function renderField(field: Field, texts: Texts, locale: string): Html {
  switch (field.question.type) {
    case 'rating': return renderRating(field, texts, locale)
    case 'text': return renderText(field, texts, locale)
    case 'dropdown': return renderDropdown(field, texts, locale)
    case 'radio': return renderOptions(field, texts, locale, 'radio')
    case 'checkbox': return renderOptions(field, texts, locale, 'checkbox')
    default: return field.question.type satisfies never
  }
}

/** What the limit says is counted down by the script, where there is one. */
function renderText(field: Field, texts: Texts, locale: string): Html {
  const maximum = field.question.max_length ?? MAX_TEXT
  return html`<div class="${groupClass('field', field)}">
<label class="label" for="${field.name}">${renderQuestion(field, texts, locale)}</label>
${renderFault(field)}
<textarea id="${field.name}" name="${field.name}" rows="4" maxlength="${maximum}" dir="auto" aria-describedby="${describedBy(field, ['limit'])}"${field.fault && html` aria-invalid="true"`}${isRequired(field)}>
${field.given.at(-1)}</textarea>
<p class="hint" id="${field.name}-limit" data-left="${JSON.stringify(texts.form.text_left)}">${fillNumber(locale, texts.text_limit, maximum)}</p>
</div>`
}

function renderDropdown(field: Field, texts: Texts, locale: string): Html {
  const described = describedBy(field, [])
  return html`<div class="${groupClass('field', field)}">
<label class="label" for="${field.name}">${renderQuestion(field, texts, locale)}</label>
${renderFault(field)}
<select id="${field.name}" name="${field.name}"${segmentOf(field)}${described && html` aria-describedby="${described}"`}${field.fault && html` aria-invalid="true"`}${isRequired(field)}>
<option value="">${texts.no_choice}</option>${optionsOf(field).map(({ value, text }) => html`
<option value="${value}"${langOf(field.question, locale)}${field.given.includes(value) && html` selected`}>${text}</option>`)}
</select>
</div>`
}

/** Checkboxes have no `required`: of a group, the browser would ask for every single one. */
function renderOptions(field: Field, texts: Texts, locale: string, type: 'radio' | 'checkbox'): Html {
  const most = field.question.max_choices
  const notes = [note(field, 'how', type === 'radio' ? texts.choose_one : most === null ? texts.choose_any : fillNumber(locale, texts.form.choose_up_to, most))]
  return renderGroup(field, texts, locale, { role: type === 'radio' ? 'radiogroup' : 'group', notes, after: [] }, html`${optionsOf(field).map(({ value, text }, index) => html`
<label class="option"><input type="${type}" name="${field.name}" value="${value}" id="${controlId(field, index)}"${isGiven(field, value)}${type === 'radio' && isRequired(field)}><span dir="auto"${langOf(field.question, locale)}>${text}</span></label>`)}`)
}

/** What is sent of an option is the survey's own word for it, whatever the page shows. */
function optionsOf({ question }: Field): { value: string, text: string }[] {
  return (question.options ?? []).map((value, index) => ({ value, text: question.option_texts?.[index] ?? value }))
}
