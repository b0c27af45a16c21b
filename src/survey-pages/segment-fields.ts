import type { SpokenSurvey } from '../core/survey-texts.ts'
import { fieldName, type Given } from './form-fields.ts'

/** What is chosen beforehand where a question asks for a segment: those of its options that are known values, by the survey's own word or by what is shown of it. As many as may be chosen. */
export function chosenSegments(survey: SpokenSurvey, valuesOf: (segment: string) => string[]): Given {
  return new Map(survey.questions.flatMap(({ id, type, segment, options, option_texts, max_choices }) => {
    if (segment === null || !options) return []
    const values = valuesOf(segment)
    const known = options.filter((option, index) => values.includes(option) || values.includes(option_texts?.[index] ?? option))
    return known.length > 0 ? [[fieldName(id, null), known.slice(0, type === 'checkbox' ? (max_choices ?? known.length) : 1)] as const] : []
  }))
}
