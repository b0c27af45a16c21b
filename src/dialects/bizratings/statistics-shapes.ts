import { Type, type Static } from '@fastify/type-provider-typebox'
import type { Grain, PeriodCount } from '../../metrics/response-counts.ts'
import type { CompanyFigures, StaffFigures, StaffSiteFigures, TicketSummary } from '../../metrics/ticket-reports.ts'

const text = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const whole = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const figure = Type.Unsafe<number | null>({ type: ['number', 'null'] })

/** All ticket responses together; the bounds are those of the average's 95 % interval. */
export const Summary = Type.Object({
  TotalSent: Type.Integer(), TotalResponses: Type.Integer(), ResponseRate: figure, AverageScore: figure, AverageScoreLow: figure, AverageScoreHigh: figure, CommentCount: Type.Integer(),
  Scores: Type.Array(Type.Object({ Score: Type.Integer(), Count: Type.Integer() })),
})
export type Summary = Static<typeof Summary>

/** One period: "2025-10-01", "2025-W40", "2025-10" or "2025-Q4". */
export const ResponsePeriod = Type.Object({ Period: Type.String(), PeriodStart: Type.String(), PeriodEnd: Type.String(), ResponseCount: Type.Integer() })
export type ResponsePeriod = Static<typeof ResponsePeriod>

export const Client = Type.Object({ CompanyRecID: whole, CompanyName: text, TotalSent: Type.Integer(), TotalResponses: Type.Integer(), ResponseRate: figure, AverageScore: figure, LastResponseOn: text })
export type Client = Static<typeof Client>

export const Employee = Type.Object({ Employee: Type.String(), EmployeeIdentifier: Type.String(), TotalResponses: Type.Integer(), AverageScore: figure, CommentCount: Type.Integer(), LastResponseOn: Type.String() })
export type Employee = Static<typeof Employee>

export const EmployeeRating = Type.Object({ Employee: Type.String(), EmployeeIdentifier: Type.String(), SiteID: Type.Integer(), SiteName: Type.String(), ResponseCount: Type.Integer(), AverageScore: figure })
export type EmployeeRating = Static<typeof EmployeeRating>

export function toSummary({ sent, responses, percent, average, interval, comments, scores }: TicketSummary): Summary {
  return {
    TotalSent: sent, TotalResponses: responses, ResponseRate: percent, AverageScore: average, AverageScoreLow: interval?.low ?? null, AverageScoreHigh: interval?.high ?? null, CommentCount: comments,
    Scores: scores.map(({ score, count }) => ({ Score: score, Count: count })),
  }
}

export function toPeriod(grain: Grain, { first, from, to, count }: PeriodCount): ResponsePeriod {
  return { Period: periodName(grain, Temporal.PlainDate.from(first)), PeriodStart: from.toISOString(), PeriodEnd: to.toISOString(), ResponseCount: count }
}

export function toClient({ company, sent, responses, percent, average, last_answered_at }: CompanyFigures): Client {
  return {
    CompanyRecID: company?.external_id ?? null, CompanyName: company?.name ?? null, TotalSent: sent, TotalResponses: responses, ResponseRate: percent, AverageScore: average,
    LastResponseOn: last_answered_at?.toISOString() ?? null,
  }
}

export function toEmployee({ staff, responses, average, comments, last_answered_at }: StaffFigures): Employee {
  return { Employee: staff.name, EmployeeIdentifier: staff.code, TotalResponses: responses, AverageScore: average, CommentCount: comments, LastResponseOn: last_answered_at.toISOString() }
}

export function toEmployeeRating({ staff, site, responses, average }: StaffSiteFigures): EmployeeRating {
  return { Employee: staff.name, EmployeeIdentifier: staff.code, SiteID: site.id, SiteName: site.name, ResponseCount: responses, AverageScore: average }
}

/** The week of a year's first days may be the last one of the year before. */
function periodName(grain: Grain, date: Temporal.PlainDate): string {
  const month = date.toString().slice(0, 7)
  switch (grain) {
    case 'day': return date.toString()
    case 'week': return `${String(date.yearOfWeek).padStart(4, '0')}-W${String(date.weekOfYear).padStart(2, '0')}`
    case 'month': return month
    case 'quarter': return `${month.slice(0, 4)}-Q${Math.ceil(date.month / 3)}`
    default: return grain satisfies never
  }
}
