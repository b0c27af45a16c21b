import type { Question } from './questions.ts'

/** Of the account that is asked: what it calls its surveys, sites and staff, and how long its lists are, in pages of 30. */
export interface Asked { surveys: readonly number[], sites: readonly number[], staff: readonly number[], pages: { responses: number, requests: number } }

/** What a metric may take at a million; a page of a list is compared with the first one. */
const [METRIC_MS, PAGE_MS] = [20, 60]

/** From a midnight of the account, so many days later to the last millisecond before another one. */
function days(n: number, count: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % (1461 - count))
  return `from_time=${time(first)}&to_time=${time(first + count * 86_400_000 - 1)}`
}

/** The same between two instants of the day. */
function instants(n: number, count: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % (1461 - count), 9, 41)
  return `from_time=${time(first)}&to_time=${time(first + count * 86_400_000 - 4_321_000)}`
}

function time(at: number): string {
  return new Date(at).toISOString()
}

const EVER = 'from_time=2015-01-01T00:00Z'
const PERIODS = ['7-days', '30-days', '3-months', '6-months', '12-months', 'current_week', 'current_month', 'current_quarter', 'current_year', 'last_week', 'last_month', 'last_quarter', 'last_year', 'yesterday', 'day_before_yesterday',
  'week_before_last', 'month_before_last', 'year_before_last']

const one = (name: string, ids: readonly number[], n: number) => `${name}[]=${ids[n % ids.length]}`
const three = (ids: readonly number[], n: number) => [0, 7, 23].map((step) => one('staff_ids', ids, n + step)).join('&')
/** One company, one of ten words that a hundred companies share, or a few letters of many. */
const companies = (n: number) => `company_name=${encodeURIComponent(['Northwind Bakery 1', 'bakery', `Dental ${1 + (n * 13) % 1000}`, 'Summit', 'ar'][n % 5] ?? '')}`
const somewhere = (n: number, pages: number) => `page=${1 + (n * 7919) % pages}`

/** The metrics and lists of the dialect that knows requests and responses, of which the sums are asked for. */
export function feedbackQuestions({ surveys, sites, staff, pages }: Asked): Question[] {
  const metric = (what: string, path: (n: number) => string): Question => ({ what, limit_ms: METRIC_MS, path })
  const page = (what: string, path: (n: number) => string): Question => ({ what, limit_ms: PAGE_MS, path, is_page: true })
  const [responses, requests] = ['/feedback_responses', '/feedback_requests']
  /** A page from anywhere in a list of about one of so many responses. */
  const inShare = (n: number, share: number) => somewhere(n, Math.floor(pages.responses / share))
  return [
    page('responses, first page', () => responses),
    page('responses, any page of all', (n) => `${responses}?${inShare(n, 1)}`),
    page('responses of a survey, any page', (n) => `${responses}?${one('survey_ids', surveys, n)}&${inShare(n, 33)}`),
    page('responses of a site, any page', (n) => `${responses}?${one('site_ids', sites, n)}&${inShare(n, 11)}`),
    page('responses of a staff member, any page', (n) => `${responses}?${one('staff_ids', staff, n)}&${inShare(n, 48)}`),
    page('responses of three staff members, any page', (n) => `${responses}?${three(staff, n)}&${inShare(n, 17)}`),
    page('responses of a staff member to a survey', (n) => `${responses}?${one('staff_ids', staff, n)}&${one('survey_ids', surveys, n)}`),
    page('responses of a staff member to the largest survey, any page', (n) => `${responses}?${one('staff_ids', staff, n)}&${one('survey_ids', surveys, 0)}&${inShare(n, 55)}`),
    page('responses of three staff members to a survey at a site, any page', (n) => `${responses}?${three(staff, n)}&${one('survey_ids', surveys, 0)}&${one('site_ids', sites, n)}&${inShare(n, 190)}`),
    page('responses of an address', (n) => `${responses}?email=person${100 + (n * 131) % 19_000}@company${1 + (100 + (n * 131) % 19_000) % 1000}.example`),
    page('responses created since, any page', (n) => `${responses}?created_since=${time(Date.UTC(2022, 0, 1 + (n * 37) % 1460))}&${inShare(n, 110)}`),
    page('responses updated since, any page', (n) => `${responses}?updated_since=${time(Date.UTC(2022, 0, 1 + (n * 37) % 1460, 9, 41))}&${inShare(n, 110)}`),
    page('requests, any page of all', (n) => `${requests}?${somewhere(n, pages.requests)}`),
    page('requests that were sent, any page', (n) => `${requests}?state=sent&${somewhere(n, pages.requests)}`),
    page('requests that were not sent', () => `${requests}?state=not_sent`),
    metric('response rate, its usual window', () => '/response_rate'),
    metric('response rate, each period', (n) => `/response_rate?period=${PERIODS[n % PERIODS.length]}`),
    metric('response rate, a quarter', (n) => `/response_rate?${days(n, 91)}`),
    metric('response rate of a survey, a year', (n) => `/response_rate?${days(n, 365)}&${one('survey_ids', surveys, n)}`),
    metric('response rate of a site, between two instants a year apart', (n) => `/response_rate?${instants(n, 365)}&${one('site_ids', sites, n)}`),
    metric('response rate, all', () => `/response_rate?${EVER}`),
    metric('NPS, its usual window', () => '/nps'),
    metric('NPS, each period', (n) => `/nps?period=${PERIODS[n % PERIODS.length]}`),
    metric('CSAT, each period', (n) => `/csat?period=${PERIODS[n % PERIODS.length]}`),
    metric('CSAT, a month', (n) => `/csat?${days(n, 30)}`),
    metric('CSAT, a year', (n) => `/csat?${days(n, 365)}`),
    metric('CSAT, between two instants a year apart', (n) => `/csat?${instants(n, 365)}`),
    metric('CSAT, all', () => `/csat?${EVER}`),
    metric('CSAT of a survey, a year', (n) => `/csat?${days(n, 365)}&${one('survey_ids', surveys, n)}`),
    metric('CSAT of a site, a year', (n) => `/csat?${days(n, 365)}&${one('site_ids', sites, n)}`),
    metric('CSAT of a staff member, a year', (n) => `/csat?${days(n, 365)}&${one('staff_ids', staff, n)}`),
    metric('CSAT of a staff member, all', (n) => `/csat?${EVER}&${one('staff_ids', staff, n)}`),
    metric('CSAT of a staff member, between two instants a year apart', (n) => `/csat?${instants(n, 365)}&${one('staff_ids', staff, n)}`),
    metric('CSAT of three staff members, a quarter', (n) => `/csat?${days(n, 91)}&${three(staff, n)}`),
    metric('CSAT of three staff members, a year', (n) => `/csat?${days(n, 365)}&${three(staff, n)}`),
    metric('CSAT of companies, a quarter', (n) => `/csat?${days(n, 91)}&${companies(n)}`),
    metric('CSAT of companies, a year', (n) => `/csat?${days(n, 365)}&${companies(n)}`),
    metric('CSAT of companies, all', (n) => `/csat?${EVER}&${companies(n)}`),
    metric('NPS of companies, between two instants a year apart', (n) => `/nps?${instants(n, 365)}&${companies(n)}`),
    metric('CSAT of a staff member, survey and site, a year', (n) => `/csat?${days(n, 365)}&${one('staff_ids', staff, n)}&${one('survey_ids', surveys, n)}&${one('site_ids', sites, n)}`),
    metric('CSAT of a staff member at companies, a quarter', (n) => `/csat?${days(n, 91)}&${one('staff_ids', staff, n)}&${companies(n)}`),
    metric('CSAT of a staff member at companies, a year', (n) => `/csat?${days(n, 365)}&${one('staff_ids', staff, n)}&${companies(n)}`),
  ]
}
