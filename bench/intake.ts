import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { getInvitation, listInvitations } from '../src/core/invitations/list.ts'
import { createSite } from '../src/core/sites.ts'
import { createStaffMember } from '../src/core/staff.ts'
import { getSurveyFor, withQuestions } from '../src/core/surveys.ts'
import { listEmailTemplates } from '../src/core/templates.ts'
import type { Context } from '../src/core/context.ts'
import { itemAt } from '../src/storage/recordset.ts'
import { duel } from './duel.ts'
import { invite, load, openStage, startProgram, withCpu, type Stage } from './stage.ts'
import type { Measured } from './load.ts'
import { median, show, type Line } from './table.ts'

const CONNECTIONS = 64

/** Tickets over HTTP, by a server that only serves, and by one that sends their mails (into the sandbox) at the same time. */
export async function measureTickets(): Promise<Line[]> {
  return [
    await ticketDuel({ what: 'POST /api/tickets, 64 connections', target: '≥ 0.5', args: ['--web-only'], amount: 12_000, rounds: 5 }),
    await ticketDuel({ what: 'the same, while it also sends their mails', target: 'none', args: [], amount: 2000, rounds: 3 }),
  ]
}

/** Feedback requests over HTTP. */
export async function measureRequests(): Promise<Line[]> {
  return withStage(async (stage) => {
    const { ctx, api_key } = stage
    await createSite(ctx, { code: 'north', name: 'North' })
    for (let number = 0; number < 12; number++) await createStaffMember(ctx, { code: `tech${number}`, name: `Technician ${number}` })
    const [survey_id, email_template_id] = [(await getSurveyFor(ctx, 'ticket')).id, itemAt((await listEmailTemplates(ctx, { offset: 0, limit: 1 })).rows, 0).id]
    const { url, server } = await stage.serve(['--web-only'])
    const base = await startProgram('baseline-http.ts', stage.connection)
    const amount = 8000
    const requests = (at: string, first: number, path?: string) => load({ kind: 'requests', url: at, ...path && { path }, api_key, survey_id, email_template_id, connections: CONNECTIONS, amount, first })
    try {
      return [await duel({
        what: 'POST /feedback_requests, 64 connections', target: '≥ 0.5', rounds: 5, settle: stage.settle,
        ours: (round) => withCpu(server.child.pid, stage.postmaster, () => requests(url, 1 + round * amount)),
        baseline: (round) => withCpu(base.child.pid, stage.postmaster, () => requests(base.url, 1 + round * amount, '/requests')),
      })]
    } finally {
      await base.stop()
    }
  })
}

/** Answers by the form of the survey page. */
export async function measureSubmits(): Promise<Line[]> {
  return withStage(async (stage) => {
    const [amount, rounds] = [6000, 5]
    const { url, server } = await stage.serve(['--web-only'], { EARSHOT_TRUST_PROXY: '127.0.0.1' })
    const base = await startProgram('baseline-http.ts', stage.connection)
    const directory = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
    try {
      const form = await formOf(stage.ctx)
      const files: string[] = []
      for (let round = 0; round <= rounds; round++) files.push(await writePaths(stage.ctx, join(directory, `${round}`), round * amount, amount))
      const options = (round: number) => ({ kind: 'forms' as const, connections: CONNECTIONS, amount, form, paths_file: files[round] ?? '' })
      return [await duel({
        what: 'survey Submit, 64 connections', target: '≥ 0.5', rounds, settle: stage.settle,
        ours: (round) => withCpu(server.child.pid, stage.postmaster, () => load({ url, ...options(round) })),
        baseline: (round) => withCpu(base.child.pid, stage.postmaster, () => load({ url: base.url, ...options(round), paths_file: `${files[round]}.baseline` })),
      })]
    } finally {
      await base.stop()
      rmSync(directory, { recursive: true })
    }
  })
}

/** Looks at the page of the survey, at a steady rate. */
export async function measurePages(): Promise<Line[]> {
  return withStage(async (stage) => {
    const { url } = await stage.serve(['--web-only'], { EARSHOT_TRUST_PROXY: '127.0.0.1' })
    const directory = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
    const paths_file = await writePaths(stage.ctx, join(directory, 'paths'), 0, 1000)
    const page_file = join(directory, 'page.html')
    writeFileSync(page_file, await (await fetch(`${url}${readFileSync(paths_file, 'utf8').split('\n')[0]}`)).text())
    const base = await startProgram('baseline-http.ts', { ...stage.connection, page_file })
    try {
      const look = async (at: string, file: string): Promise<Measured> => {
        const measured = await load({ kind: 'pages', url: at, paths_file: file, connections: 16, rate: 200, seconds: 10 })
        if (measured.failed > 0) throw new Error(`${measured.failed} pages failed`)
        return measured
      }
      const rounds: { ours: number, baseline: number }[] = []
      for (let round = 0; round <= 5; round++) rounds.push({ ours: (await look(url, paths_file)).p99_ms, baseline: (await look(base.url, `${paths_file}.baseline`)).p99_ms })
      const counted = rounds.slice(1)
      return [{
        what: 'survey page p99, 200/s', ours: show(median(counted.map(({ ours }) => ours)), ' ms'), baseline: show(median(counted.map(({ baseline }) => baseline)), ' ms'),
        ratio: median(counted.map(({ ours, baseline }) => ours / baseline)).toFixed(2), target: '≤ 2', cpu: '–',
      }]
    } finally {
      await base.stop()
      rmSync(directory, { recursive: true })
    }
  })
}

function ticketDuel({ what, target, args, amount, rounds }: { what: string, target: string, args: string[], amount: number, rounds: number }): Promise<Line> {
  return withStage(async (stage) => {
    const { url, server } = await stage.serve(args)
    const base = await startProgram('baseline-http.ts', stage.connection)
    try {
      return await duel({
        what, target, rounds, settle: stage.settle,
        async ours(round) {
          const measured = await withCpu(server.child.pid, stage.postmaster, () => load({ kind: 'tickets', url, api_key: stage.api_key, connections: CONNECTIONS, amount, first: 1 + round * amount }))
          if (!args.includes('--web-only')) await untilSent(stage.ctx)
          return measured
        },
        baseline: (round) => withCpu(base.child.pid, stage.postmaster, () => load({ kind: 'tickets', url: base.url, path: '/tickets', api_key: '-', connections: CONNECTIONS, amount, first: 1 + round * amount })),
      })
    } finally {
      await base.stop()
    }
  })
}

export async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage()
  try {
    return await work(stage)
  } finally {
    await stage.close()
  }
}

/** Until nothing waits to be sent, at most two minutes. */
export async function untilSent(ctx: Context): Promise<void> {
  const deadline = performance.now() + 120_000
  while ((await listInvitations(ctx, { state: 'pending' }, { offset: 0, limit: 1 })).total > 0) {
    if (performance.now() > deadline) throw new Error('mails are still waiting after two minutes')
    await pause(100)
  }
}

/** A score and a comment, by the names of the page's controls. */
async function formOf(ctx: Context): Promise<string> {
  const [survey] = await withQuestions(ctx.db, [await getSurveyFor(ctx, 'ticket')])
  const [rating, text] = survey?.questions ?? []
  return new URLSearchParams({ [`q${rating?.id}`]: '9', [`q${text?.id}`]: 'Quick and friendly, thank you. Everything works again.' }).toString()
}

async function writePaths(ctx: Context, file: string, first: number, count: number): Promise<string> {
  const tokens: string[] = []
  const ids = await invite(ctx, 1 + first, count)
  for (let from = 0; from < ids.length; from += 64) tokens.push(...(await Promise.all(ids.slice(from, from + 64).map((id) => getInvitation(ctx, id)))).map(({ token }) => token))
  writeFileSync(file, tokens.map((token) => `/surveys/${token}`).join('\n'))
  writeFileSync(`${file}.baseline`, tokens.map((token) => `/forms/${token}`).join('\n'))
  return file
}
