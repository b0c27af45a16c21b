import type { Command } from './command.ts'

/** Every command by its words, in the order of the help; each is loaded when it is called. */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['work', async () => (await import('./work.ts')).work],
  ['demo', async () => (await import('./demo.ts')).demo],
  ['migrate', async () => (await import('./migrate.ts')).migrateCommand],
  ['check', async () => (await import('./check.ts')).check],
  ['account create', async () => (await import('./account.ts')).createAccountCommand],
  ['account list', async () => (await import('./account.ts')).listAccountsCommand],
  ['key create', async () => (await import('./key.ts')).createKeyCommand],
  ['key list', async () => (await import('./key.ts')).listKeysCommand],
  ['key revoke', async () => (await import('./key.ts')).revokeKeyCommand],
  ['user create', async () => (await import('./user.ts')).createUserCommand],
  ['user list', async () => (await import('./user.ts')).listUsersCommand],
  ['user change', async () => (await import('./user.ts')).changeUserCommand],
  ['user link', async () => (await import('./user.ts')).linkUserCommand],
  ['staff create', async () => (await import('./staff.ts')).createStaffCommand],
  ['staff list', async () => (await import('./staff.ts')).listStaffCommand],
  ['staff change', async () => (await import('./staff.ts')).changeStaffCommand],
  ['team create', async () => (await import('./team.ts')).createTeamCommand],
  ['team list', async () => (await import('./team.ts')).listTeamsCommand],
  ['team change', async () => (await import('./team.ts')).changeTeamCommand],
  ['survey list', async () => (await import('./survey.ts')).listSurveysCommand],
  ['board list', async () => (await import('./board.ts')).listBoardsCommand],
  ['board change', async () => (await import('./board.ts')).changeBoardCommand],
])
