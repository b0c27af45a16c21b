/** One thing that is asked of a large account, in many forms: `path(n)` is the nth. */
export interface Question {
  what: string
  limit_ms: number
  path: (n: number) => string
  /** Some are another site's, and not to be seen. */
  may_miss?: true
  /** A page of a list without a filter, which is compared with the first one. */
  is_page?: true
}

/** What the 99th of a hundred may take: of a range of up to a quarter, of all time, and where words are looked for. */
const [QUARTER_MS, EVER_MS, WORDS_MS] = [20, 60, 300]

/** As many pages as the list has, of 50 rows, from anywhere in it. */
function somewhere(n: number, pages: number): number {
  return 1 + (n * 7919) % pages
}

/** Three months, beginning on any day. */
function quarter(n: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % 1360)
  return `startDate=${day(first)}&endDate=${day(first + 90 * 86_400_000)}`
}

function year(n: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % 1090)
  return `startDate=${day(first)}&endDate=${day(first + 364 * 86_400_000)}`
}

/** A quarter from one instant to another, neither of which is a midnight. */
function instants(n: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % 1360, 9, 41)
  return `startDate=${new Date(first).toISOString()}&endDate=${new Date(first + 89 * 86_400_000 + 4_321_000).toISOString()}`
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const tech = (n: number) => `tech${1 + n % 50}`
/** One company in most cases; now and then several. */
const company = (n: number) => encodeURIComponent(['Northwind Bakery 1', 'Copper Media 7', `Dental ${1 + (n * 13) % 1000}`, 'Summit Garden'][n % 4] ?? '')

/** In one of sixty titles; in one of two thousand; in one of four hundred; in a few comments. */
const PHRASES = ['keyboard', 'printer is very slow', 'in room 123', 'number 4321']

/** Ids as a new database gives them: the owner, then the people, then the technicians. */
const caseId = (n: number) => 1 + (n * 7919) % 2_400_000
/** One of all, now and then one of the few who have much of it. */
const personId = (n: number) => 2 + (n % 3 === 0 ? n % 20 : (n * 131) % 20_000)
const companyId = (n: number) => 1 + (n % 3 === 0 ? n % 20 : (n * 131) % 1000)
const techId = (n: number) => 20_002 + n % 50

function csatYear(n: number): string {
  const first = Date.UTC(2022, 0, 1 + (n * 37) % 1090)
  return `start_at=${day(first)}&end_at=${day(first + 364 * 86_400_000)}T23:59:59`
}

const LIST = '/api/v1.3/tickets/responses'
const CASES = '/api/v1/cases'
const CSAT = '/api/v1/insights/cases/csat'
const SUMMARY = '/api/tickets/summary'
const CLIENTS = '/api/tickets/clientresponses'
const STAFF = '/api/tickets/employeeeresponses'

export const QUESTIONS: readonly Question[] = [
  { what: 'list, first page', limit_ms: EVER_MS, path: () => LIST },
  { what: 'list, any page of all', is_page: true, limit_ms: EVER_MS, path: (n) => `${LIST}?currentPage=${somewhere(n, 12_000)}` },
  { what: 'list, any page of a quarter', is_page: true, limit_ms: QUARTER_MS, path: (n) => `${LIST}?${quarter(n)}&currentPage=${somewhere(n, 700)}` },
  { what: 'list, any page between two instants', limit_ms: QUARTER_MS, path: (n) => `${LIST}?${instants(n)}&currentPage=${somewhere(n, 700)}` },
  { what: 'list, a technician, any page', limit_ms: EVER_MS, path: (n) => `${LIST}?memberName=${tech(n)}&currentPage=${somewhere(n, 250)}` },
  { what: 'list, companies, any page', limit_ms: EVER_MS, path: (n) => `${LIST}?filterBy=CompanyName&keyword=${company(n)}&currentPage=${somewhere(n, 8)}` },
  { what: 'list, every company of a word, any page', limit_ms: EVER_MS, path: (n) => `${LIST}?filterBy=CompanyName&keyword=Bakery&currentPage=${somewhere(n, 1200)}` },
  { what: 'list, a technician and companies', limit_ms: EVER_MS, path: (n) => `${LIST}?memberName=${tech(n)}&filterBy=CompanyName&keyword=${company(n)}` },
  { what: 'list, one score, any page', limit_ms: EVER_MS, path: (n) => `${LIST}?score=${1 + n % 10}&currentPage=${somewhere(n, 200)}` },
  { what: 'list, with a comment, any page', limit_ms: EVER_MS, path: (n) => `${LIST}?reviewType=3&currentPage=${somewhere(n, 3000)}` },
  { what: 'list, all sites, any page', is_page: true, limit_ms: EVER_MS, path: (n) => `/api/v1.2/tickets/multisiteresponses?currentPage=${somewhere(n, 17_000)}` },
  { what: 'list, projects, any page', limit_ms: EVER_MS, path: (n) => `/api/v1.2/tickets/projectresponses?currentPage=${somewhere(n, 250)}` },
  { what: 'five questions, any page', limit_ms: EVER_MS, path: (n) => `/api/tickets/fivequestionsurveydetailresponse?currentPage=${somewhere(n, 2500)}` },
  { what: 'employee answers, any page', limit_ms: EVER_MS, path: (n) => `/api/tickets/employeesurveydetailresponse?currentPage=${somewhere(n, 400)}` },
  { what: 'one ticket', may_miss: true, limit_ms: EVER_MS, path: (n) => `/api/v1.3/tickets/${1 + (n * 7919) % 2_000_000}` },
  { what: 'summary, a quarter', limit_ms: QUARTER_MS, path: (n) => `${SUMMARY}?${quarter(n)}` },
  { what: 'summary, between two instants', limit_ms: QUARTER_MS, path: (n) => `${SUMMARY}?${instants(n)}` },
  { what: 'summary, all', limit_ms: EVER_MS, path: () => SUMMARY },
  { what: 'summary, a technician', limit_ms: EVER_MS, path: (n) => `${SUMMARY}?memberName=${tech(n)}` },
  { what: 'summary, companies', limit_ms: EVER_MS, path: (n) => `${SUMMARY}?filterBy=CompanyName&keyword=${company(n)}` },
  { what: 'summary, companies, a quarter', limit_ms: QUARTER_MS, path: (n) => `${SUMMARY}?filterBy=CompanyName&keyword=${company(n)}&${quarter(n)}` },
  { what: 'summary, a technician and companies', limit_ms: EVER_MS, path: (n) => `${SUMMARY}?memberName=${tech(n)}&filterBy=CompanyName&keyword=${company(n)}` },
  { what: 'volume, by day', limit_ms: EVER_MS, path: () => '/api/responses/summary?viewType=daily' },
  { what: 'volume, by month', limit_ms: EVER_MS, path: (n) => `/api/responses/summary?source=${n % 2 ? 'NPS' : 'CSAT'}` },
  { what: 'clients, a quarter', limit_ms: QUARTER_MS, path: (n) => `${CLIENTS}?${quarter(n)}&currentPage=${somewhere(n, 14)}` },
  { what: 'clients, a year', limit_ms: EVER_MS, path: (n) => `${CLIENTS}?${year(n)}&currentPage=${somewhere(n, 14)}` },
  { what: 'clients, all', limit_ms: EVER_MS, path: (n) => `${CLIENTS}?currentPage=${somewhere(n, 14)}` },
  { what: 'technicians, a quarter', limit_ms: QUARTER_MS, path: (n) => `${STAFF}?${quarter(n)}` },
  { what: 'technicians, a year', limit_ms: EVER_MS, path: (n) => `${STAFF}?${year(n)}` },
  { what: 'technicians, all', limit_ms: EVER_MS, path: () => STAFF },
  { what: 'technicians of companies, a year', limit_ms: EVER_MS, path: (n) => `${STAFF}?companyName=${company(n)}&${year(n)}` },
  { what: 'technicians at all sites, a year', limit_ms: EVER_MS, path: (n) => `/api/tickets/multisiteemployeerating?${year(n)}` },
  { what: 'by quarter and client', limit_ms: WORDS_MS, path: () => '/api/tickets/quarterlyresponsessummary' },
  { what: 'by client over all quarters', limit_ms: WORDS_MS, path: () => '/api/tickets/quarterlyresponses' },
  { what: 'list, a ticket number', limit_ms: EVER_MS, path: (n) => `${LIST}?filterBy=SRServiceRecID&keyword=${1 + (n * 7919) % 2_000_000}` },
  { what: 'list, a phrase', limit_ms: WORDS_MS, path: (n) => `${LIST}?filterBy=Keywords&keyword=${encodeURIComponent(PHRASES[n % PHRASES.length] ?? '')}` },
  { what: 'list, any of three phrases', limit_ms: WORDS_MS, path: () => `${LIST}?filterBy=mKeywords&keyword=${encodeURIComponent('firewall is locked,tablet was stolen,number 123')}` },
  { what: 'summary, a phrase', limit_ms: WORDS_MS, path: (n) => `${SUMMARY}?filterBy=Keywords&keyword=${encodeURIComponent(PHRASES[n % PHRASES.length] ?? '')}` },
  { what: 'clients, a phrase, a year', limit_ms: WORDS_MS, path: (n) => `${CLIENTS}?filterBy=Keywords&keyword=keyboard&${year(n)}` },
  { what: 'list, an address', limit_ms: WORDS_MS, path: (n) => `${LIST}?filterBy=ContactEmail&keyword=person${100 + (n * 131) % 19_000}@` },
  { what: 'summary, an address', limit_ms: WORDS_MS, path: (n) => `${SUMMARY}?filterBy=ContactEmail&keyword=person${100 + (n * 131) % 19_000}@` },
  { what: 'list, a board, any page', limit_ms: WORDS_MS, path: (n) => `${LIST}?filterBy=BoardName&keyword=Cloud&currentPage=${somewhere(n, 1500)}` },
  { what: 'summary, a board', limit_ms: WORDS_MS, path: () => `${SUMMARY}?filterBy=BoardName&keyword=tele` },
  { what: 'a case\'s ratings', limit_ms: QUARTER_MS, path: (n) => `${CASES}/${caseId(n)}/ratings` },
  { what: 'recent ratings of a case', limit_ms: QUARTER_MS, path: (n) => `${CASES}/ratings/recent?case_id=${caseId(n)}` },
  { what: 'recent ratings by a person', limit_ms: QUARTER_MS, path: (n) => `${CASES}/ratings/recent?user_id=${personId(n)}` },
  { what: 'recent ratings of a company', limit_ms: QUARTER_MS, path: (n) => `${CASES}/ratings/recent?organization_id=${companyId(n)}` },
  { what: 'recent ratings of a company, all included', limit_ms: EVER_MS, path: (n) => `${CASES}/ratings/recent?organization_id=${companyId(n)}&include=*` },
  { what: 'cases, first page', limit_ms: QUARTER_MS, path: () => CASES },
  { what: 'cases, any page of 10', limit_ms: QUARTER_MS, path: (n) => `${CASES}?offset=${10 * somewhere(n, 250_000)}` },
  { what: 'closed cases, any page of 10', limit_ms: QUARTER_MS, path: (n) => `${CASES}?status=closed&offset=${10 * somewhere(n, 250_000)}` },
  { what: 'satisfaction, a year by day', limit_ms: QUARTER_MS, path: (n) => `${CSAT}?${csatYear(n)}&interval=DAY` },
  { what: 'satisfaction, a year by month between instants', limit_ms: QUARTER_MS, path: (n) => `${CSAT}?${csatYear(n).replace('&', 'T09:41&').replace('23:59:59', '11:30')}&interval=MONTH` },
  { what: 'satisfaction of a technician, a year by week', limit_ms: QUARTER_MS, path: (n) => `${CSAT}?${csatYear(n)}&interval=WEEK&agent_id=${techId(n)}` },
  { what: 'clients of a board, a year', limit_ms: WORDS_MS, path: (n) => `${CLIENTS}?filterBy=BoardName&keyword=Onsite&${year(n)}` },
]
