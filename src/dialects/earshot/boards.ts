import type { FastifyRequest } from 'fastify'
import { listBoardSurveys, setBoardSurvey } from '../../core/board-surveys.ts'
import { contextFrom } from './auth.ts'
import { toListed, toPage, type Listed, type PageArguments } from './paging.ts'
import { toBoard, toPlainBoard, type Board, type BoardChange } from './shapes.ts'

/** GET /v1/boards: those with a survey of their own, by name. */
export function listBoards(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: PageArguments }>): Promise<Listed<Board>> => {
    const { rows, total } = await listBoardSurveys(contextFrom(request), toPage(request.query))
    return toListed(request, public_url, rows.map(toBoard), total)
  }
}

/** PUT /v1/boards: gives a board a survey of its own, or takes it away. */
export async function putBoard(request: FastifyRequest<{ Body: BoardChange }>): Promise<Board> {
  const board = await setBoardSurvey(contextFrom(request), request.body)
  return board ? toBoard(board) : toPlainBoard(request.body)
}
