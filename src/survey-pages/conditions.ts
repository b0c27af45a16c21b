import { scaleOf, type Question } from '../core/surveys.ts'
import { fieldName } from './form-fields.ts'

/** By what the style finds a question that is asked only after some answers. */
export function conditionClass({ id }: Question): string {
  return `if${id}`
}

/**
 * A question is not shown until the earlier one that it depends on is answered so, nor is what depends on it in turn. The style sheet alone does it, without a script and without a request. A browser that does not know `:has`
 * leaves the rule out and shows all questions; what was not to be asked is left out by whoever takes the answers.
 */
export function conditionRules(questions: readonly Question[]): string {
  return questions.map((question) => {
    const earlier = questions.find(({ id }) => id === question.shown_if?.question_id)
    if (!question.shown_if || !earlier) return ''
    const hidden = questions.filter((one) => one === question || dependsOn(one, question, questions)).map((one) => `.${conditionClass(one)}`)
    return `form:not(:has(${controlsOf(earlier, question.shown_if.values)})) :is(${hidden.join(',')}){display:none}\n`
  }).join('')
}

function dependsOn(one: Question, question: Question, all: readonly Question[]): boolean {
  const earlier = all.find(({ id }) => id === one.shown_if?.question_id)
  return earlier !== undefined && (earlier === question || dependsOn(earlier, question, all))
}

/** The chosen controls of these values, by the ids that the views give them: of options, whatever they are called, by their places. */
function controlsOf(question: Question, values: readonly (number | string)[]): string {
  const name = fieldName(question.id, null)
  const places = values.map((value) => (typeof value === 'number' ? value - scaleOf(question).min : (question.options ?? []).indexOf(value)))
  const controls = question.type === 'dropdown' ? places.map((place) => `#${name}>:nth-child(${place + 2})`) : places.map((place) => (place === 0 ? `#${name}` : `#${name}-${place}`))
  return `:is(${controls.join(',')}):checked`
}
