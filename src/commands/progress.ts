/** On a terminal one line that grows, elsewhere a line for each quarter of the way; both on standard error. */
export function showProgress(what: string): (share: number) => void {
  const { stderr } = process
  let shown = -1
  return (share) => {
    const percent = Math.floor(share * 100)
    const step = stderr.isTTY ? percent : percent - (percent % 25)
    if (step === shown) return
    shown = step
    stderr.write(stderr.isTTY ? `\r${what} ${'█'.repeat(step / 5).padEnd(20, '░')} ${step} %${share === 1 ? '\n' : ''}` : `${what}: ${step} %\n`)
  }
}
