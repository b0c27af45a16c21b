import type { Page } from 'playwright-core'
import { archiveSurvey } from '../../src/core/surveys.ts'
import { invite } from './invitations.ts'
import type { BrowserWorld } from './survey-browser.ts'
import { makeSurveyLink } from './survey-link.ts'
import { WHOLE_DESIGN, WHOLE_QUESTIONS, WHOLE_STAFF } from './whole-survey.ts'

/** A page that a respondent can come to, and how. */
export interface RespondentPage { name: string, open: (page: Page) => Promise<void> }

/** The form of a survey that has everything, with all its questions to be seen. */
export async function openWholeSurvey({ account }: BrowserWorld, page: Page, locale: string): Promise<void> {
  const { token } = await makeSurveyLink(account.ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF, case_title: 'The printer', locale })
  await page.goto(`/surveys/${token}?score=1&locale=${locale}`)
  await page.getByRole('combobox').selectOption('Something else')
}

/** All pages of a survey that has everything, in one language. */
export function respondentPages(house: BrowserWorld, locale: string): RespondentPage[] {
  const { ctx } = house.account
  const makeSmall = () => makeSurveyLink(ctx, { questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 } }], design: { ...WHOLE_DESIGN, fields: [], consent: null }, locale })
  const answer = async (page: Page): Promise<string> => {
    const { token } = await makeSmall()
    await page.goto(`/surveys/${token}?score=5&locale=${locale}`)
    await page.getByRole('button').click()
    await page.waitForURL('**/thanks?*')
    return token
  }
  return [
    { name: 'the survey', open: (page) => openWholeSurvey(house, page, locale) },
    {
      name: 'the survey with faults',
      async open(page) {
        await openWholeSurvey(house, page, locale)
        await page.getByRole('button').click()
        await page.getByRole('alert').waitFor()
      },
    },
    { name: 'thanks', open: async (page) => void await answer(page) },
    { name: 'answered', open: async (page) => void await page.goto(`/surveys/${await answer(page)}?locale=${locale}`) },
    {
      name: 'closed',
      async open(page) {
        const { token, survey } = await makeSmall()
        await archiveSurvey(ctx, survey.id)
        await page.goto(`/surveys/${token}?locale=${locale}`)
      },
    },
    {
      name: 'unsubscribe',
      async open(page) {
        const { survey } = await makeSmall()
        await page.goto(`/unsubscribe/${(await invite(ctx, { survey_id: survey.id, email: `jo${survey.id}@client.test` })).token}?locale=${locale}`)
      },
    },
    { name: 'a bad link', open: async (page) => void await page.goto(`/surveys/AAAA?locale=${locale}`) },
  ]
}
