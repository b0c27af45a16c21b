import type { ProjectInput, TicketInput } from '../../src/core/cases/submit.ts'

/** A closed ticket as a service desk submits it; what a test is about is given. */
export function ticket(given: Partial<TicketInput> = {}): TicketInput {
  return {
    site_id: null, number: '100123', title: 'Unable to access shared drive', board_name: 'Networking',
    company: { external_id: 4501, name: 'Acme Corporation' }, contact: { external_id: 8812, name: 'Jane Smith', email: 'jane.smith@acme.example' },
    staff_codes: ['jdoe', 'mlee'], opened_at: new Date('2026-03-14T08:30:00Z'), closed_at: new Date('2026-03-15T15:45:00Z'), source_updated_at: new Date('2026-03-15T15:45:00Z'), ...given,
  }
}

/** A finished project as a source submits it; what a test is about is given. */
export function project(given: Partial<ProjectInput> = {}): ProjectInput {
  return {
    site_id: null, number: '7', name: 'New office network', board_name: 'Projects', company: { external_id: 4501, name: 'Acme Corporation' },
    contact: { external_id: 8812, name: 'Jane Smith', email: 'jane.smith@acme.example' }, manager_codes: ['pm', 'jdoe'],
    opened_at: null, closed_at: new Date('2026-03-15T15:45:00Z'), source_updated_at: null, ...given,
  }
}
