import { addBlock, listBlocks, removeBlock, type Block } from '../core/blocks.ts'
import { ACCOUNT_FLAG, type Command } from './command.ts'
import { ALL_ROWS } from './rows.ts'

export const addBlockCommand: Command = {
  summary: 'Blocks an e-mail address, a domain with its sub-domains, or a telephone number.',
  positionals: ['ADDRESS|DOMAIN|NUMBER'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const block = await call.withAccount((ctx) => addBlock(ctx, call.positionals[0] ?? ''))
    call.print(block, [lineOf(block)])
  },
}

export const listBlocksCommand: Command = {
  summary: 'Lists what the account blocks.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listBlocks(ctx, ALL_ROWS))
    call.print(rows, rows.map(lineOf))
  },
}

export const removeBlockCommand: Command = {
  summary: 'Lifts a block. What a customer opted out of stays so.',
  positionals: ['ADDRESS|DOMAIN|NUMBER'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const block = await call.withAccount((ctx) => removeBlock(ctx, call.positionals[0] ?? ''))
    call.print({ ...block, removed: true }, [`${block.pattern} is blocked no more.`])
  },
}

function lineOf({ pattern, kind, came_by }: Block): string {
  return `${pattern}  ${kind}${came_by === 'bounce' ? '  since mail came back' : ''}`
}
