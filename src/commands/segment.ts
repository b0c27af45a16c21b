import { Type } from 'typebox'
import { changeSegment, createSegment, listSegments, type SegmentView } from '../core/segments.ts'
import { ACCOUNT_FLAG, UsageError, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Draft = Type.Object({ key: Type.String(), name: Type.String() }, { additionalProperties: false })
const Change = Type.Object({ name: Type.Optional(Type.String()), archived: Type.Optional(Type.Boolean()) }, { additionalProperties: false })
const FLAGS = { ...ACCOUNT_FLAG, name: { value: 'NAME', meaning: 'What reports call it.' }, ...FROM_FLAG } as const

export const createSegmentCommand: Command = {
  summary: 'Makes a segment.',
  flags: { key: { value: 'KEY', meaning: 'The key of the data that belong to it, letter by letter.' }, ...FLAGS },
  async run(call) {
    const drafts = readDrafts(call, Draft, { key: call.text('key'), name: call.text('name') })
    const segments = await call.withAccount((ctx) => writeAll(ctx, drafts, createSegment))
    call.print(oneOrList(segments.map(withoutAccount)), segments.map(lineOf))
  },
}

export const listSegmentsCommand: Command = {
  summary: 'Lists the account\'s segments.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const segments = await call.withAccount(listSegments)
    call.print(segments.map(withoutAccount), segments.map(lineOf))
  },
}

export const changeSegmentCommand: Command = {
  summary: 'Changes a segment; fields that are left out stay.',
  positionals: ['KEY'],
  flags: { ...FLAGS, archive: { meaning: 'It takes no more values; reports keep those that it has.' }, restore: { meaning: 'It takes values again.' } },
  async run(call) {
    if (call.isSet('archive') && call.isSet('restore')) throw new UsageError('--archive and --restore exclude each other')
    const archived = call.isSet('archive') ? true : call.isSet('restore') ? false : undefined
    const [change = {}, ...more] = readDrafts(call, Change, { name: call.text('name'), archived })
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const segment = await call.withAccount((ctx) => changeSegment(ctx, call.positionals[0] ?? '', change))
    call.print(withoutAccount(segment), [lineOf(segment)])
  },
}

function withoutAccount({ id, key, name, option_count, archived_at, created_at, updated_at }: SegmentView): Omit<SegmentView, 'account_id'> {
  return { id, key, name, option_count, archived_at, created_at, updated_at }
}

function lineOf({ id, key, name, option_count, archived_at }: SegmentView): string {
  return `${id}  ${key}  ${name}  ${option_count} ${option_count === 1 ? 'value' : 'values'}${archived_at ? '  archived' : ''}`
}
