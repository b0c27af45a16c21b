import type { FastifyReply, FastifyRequest } from 'fastify'
import { isStorable } from '../../core/checks.ts'
import { Invalid, NotFound, type Fault } from '../../core/errors.ts'
import { changeSite as changeOwnSite, createSite as createOwnSite, findSite, getSiteByCode, listSitePage, type Site as StoredSite } from '../../core/sites.ts'
import type { Context } from '../../core/context.ts'
import { callerOf } from './auth.ts'
import type { ById } from './ids.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { readBody, readChanges, readQuery, text } from './parameters.ts'
import type { Site } from './shapes.ts'

const SITE = { site_code: text, name: text, city: text, region: text, site_type: text }

/** POST /sites: 201. The core needs no region; the document does. */
export async function createSite(request: FastifyRequest, reply: FastifyReply): Promise<Site> {
  const { ctx } = callerOf(request)
  const { read: { site_code, name, ...more }, faults } = readBody(SITE, request.body, request.query)
  const site = await createOwnSite(ctx, { code: site_code ?? '', name: name ?? '', ...more }, [...faults, ...regionFaults(more, faults)].map(inCoreWords)).catch(inVendorWords)
  reply.code(201)
  return toSite(site)
}

/** GET /sites/:id: our id, else the site_code. */
export async function showSite(request: FastifyRequest<ById>): Promise<Site> {
  const { ctx } = callerOf(request)
  readQuery({}, request.query)
  return toSite(await findNamedSite(ctx, request.params.id))
}

/** PATCH /sites/:id: what is left out stays; a blank city or site_type takes it away. */
export async function changeSite(request: FastifyRequest<ById>): Promise<Site> {
  const { ctx } = callerOf(request)
  const { read: { site_code, name, ...more }, faults } = readChanges(SITE, request.body, request.query)
  const { id } = await findNamedSite(ctx, request.params.id)
  const given = { ...site_code === undefined ? {} : { code: site_code ?? '' }, ...name === undefined ? {} : { name: name ?? '' }, ...more }
  return toSite(await changeOwnSite(ctx, id, given, [...faults, ...regionFaults(more, faults)].map(inCoreWords)).catch(inVendorWords))
}

/** GET /sites: by name. */
export async function listSites(request: FastifyRequest, reply: FastifyReply): Promise<Site[]> {
  const { ctx } = callerOf(request)
  const asked = readQuery(PAGE_PARAMETERS, request.query)
  const { rows, total } = await listSitePage(ctx, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map(toSite)
}

async function findNamedSite(ctx: Context, name: string): Promise<StoredSite> {
  const id = /^[1-9]\d{0,15}$/.test(name) ? Number(name) : Number.NaN
  const site = Number.isSafeInteger(id) ? await findSite(ctx, id) : null
  if (site) return site
  if (!isStorable(name)) throw new NotFound('no such site')
  return getSiteByCode(ctx, name)
}

/** Where it was given as nothing; what could not be read is a fault already. */
function regionFaults({ region }: { region?: string | null }, faults: Fault[]): Fault[] {
  return region === null && !faults.some(({ field }) => field === 'region') ? [{ field: 'region', code: 'required', info: {} }] : []
}

function inCoreWords(fault: Fault): Fault {
  return fault.field === 'site_code' ? { ...fault, field: 'code' } : fault
}

function inVendorWords(error: unknown): never {
  throw error instanceof Invalid ? new Invalid(error.faults.map((fault) => fault.field === 'code' ? { ...fault, field: 'site_code' } : fault)) : error
}

/** Ids of sites and staff are texts here, those of everything else numbers. */
function toSite({ id, code, name, city, region, site_type }: StoredSite): Site {
  return { id: String(id), site_code: code, name, city, region, site_type }
}
