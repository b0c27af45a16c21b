import type { Reason } from '../../storage/schema.ts'

/** What a page knows of a form, or of a click, that came from it. Whoever sends one can make most of it up; a machine that does not mean us does not. */
export interface PageFacts {
  /** As links.ts names the link. */
  link: string
  /** Hash of what the page was handed out with; null where none came back whole. */
  page_session: string | null
  /** When that page was handed out; null as above. */
  issued_at: Date | null
  /** A field was filled in that no person sees. */
  is_trapped: boolean
  cookie_returned: boolean
  accept_language: string | null
  /** The page's script saw a person move, touch, scroll or type. */
  gesture: boolean
  /** The address belongs to a cloud, or to a security service for mails. */
  from_scanner_network: boolean
}

/** That a link was followed. */
export interface Touch { at: Date, method: string, score: number | null, is_trap: boolean, is_same_client: boolean }

/** All that a judgement goes by. */
export interface Facts {
  page: PageFacts
  user_agent: string | null
  has_comment: boolean
  /** When it came. */
  at: Date
  /** When the message went that the link stood in, where that is known. */
  sent_at: Date | null
  /** How many scores the question has. */
  points: number
  /** The touches of this link within the quiet window around it. */
  touches: readonly Touch[]
  /** How many other links the same client followed within a minute. */
  other_links: number
  /** A person pressed Send, or only followed a link and moved. */
  is_sent: boolean
}

/** From this weight on it is suspected. */
export const SUSPECT_AT = 5

const MINUTE_MS = 60_000
/** Nobody reads a page and presses its button in less. */
const FAST_MS = 2000

/**
 * What speaks against a person having answered, and what for one; each by its weight, and never one alone of those that a person can have by chance. A shared address is no evidence at all.
 */
export function weigh(facts: Facts): Reason[] {
  const { page, touches, at } = facts
  const own = touches.filter((touch) => touch.is_same_client)
  const near = touches.filter((touch) => Math.abs(touch.at.getTime() - at.getTime()) <= MINUTE_MS)
  const found: (Reason | false)[] = [
    severalScores(facts, own, near),
    (page.is_trapped || own.some(({ is_trap }) => is_trap)) && { reason: 'followed what no person sees', weight: 6 },
    near.some(({ is_trap, is_same_client }) => is_trap && !is_same_client) && { reason: 'somebody followed what no person sees at the same time', weight: 2 },
    isPaired(own) && { reason: 'asked for the head of the page just before', weight: 3 },
    isSoon(facts) && { reason: 'came within 30 seconds after the message went', weight: 2 },
    page.issued_at !== null && at.getTime() - page.issued_at.getTime() < FAST_MS && { reason: 'came within two seconds after its page', weight: 6 },
    page.issued_at === null && { reason: 'came from no page of ours', weight: 2 },
    (page.accept_language ?? '').trim() === '' && { reason: 'says no language', weight: 2 },
    isMachine(facts.user_agent) && { reason: 'a browser that nobody uses', weight: 2 },
    page.from_scanner_network && { reason: 'comes from a cloud or a mail security service', weight: 2 },
    facts.other_links >= 3 && { reason: 'followed links of other people within a minute', weight: 4 },
    page.gesture && { reason: 'somebody moved, touched or typed', weight: -4 },
    facts.has_comment && { reason: 'somebody wrote something', weight: -5 },
    page.cookie_returned && { reason: 'the browser keeps cookies', weight: -1 },
  ]
  return found.filter((one) => one !== false)
}

/** The sum of it. */
export function weightOf(reasons: readonly Reason[]): number {
  return reasons.reduce((sum, { weight }) => sum + weight, 0)
}

/**
 * A person changes their mind once; who follows three scores, or each there is, follows links. Of a click that nobody sent off, those of the whole quiet window count; of a Send those of the minute around it,
 * and if they came from elsewhere, less: that may have been a scanner beside a person.
 */
function severalScores({ is_sent, points }: Facts, own: readonly Touch[], near: readonly Touch[]): Reason | false {
  const mine = distinctScores(is_sent ? own.filter((touch) => near.includes(touch)) : own)
  if (mine >= 3 || (mine >= 2 && mine >= points)) return { reason: 'followed several scores', weight: is_sent ? 10 : 12 }
  if (distinctScores(near) >= 3) return { reason: 'several scores were followed at the same time', weight: 3 }
  return mine === 2 && { reason: 'followed two scores', weight: 3 }
}

function distinctScores(touches: readonly Touch[]): number {
  return new Set(touches.flatMap(({ score }) => score ?? [])).size
}

function isPaired(own: readonly Touch[]): boolean {
  const heads = own.filter(({ method }) => method === 'HEAD')
  return heads.some((head) => own.some((touch) => touch.method === 'GET' && touch.at.getTime() >= head.at.getTime() && touch.at.getTime() - head.at.getTime() <= 500))
}

function isSoon({ page, at, sent_at }: Facts): boolean {
  return sent_at !== null && (page.issued_at ?? at).getTime() - sent_at.getTime() < 30_000
}

/** Browsers for machines name themselves; so do those that no machine of this decade runs, and programs that are no browser. */
function isMachine(user_agent: string | null): boolean {
  if (user_agent === null || user_agent.trim() === '') return true
  return /headless|phantomjs|puppeteer|playwright|selenium|python|curl\/|wget|java\/|okhttp|go-http|libwww|httpclient|bot\b|crawl|spider|preview|scan|MSIE |Trident\/|Chrome\/[1-9]\d?\.|Firefox\/[1-7]?\d\./i.test(user_agent)
}
