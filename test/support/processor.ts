/**
 * Seconds of processor time that this process, with all its threads, spends on some work: unlike a clock's, they are the same on a machine that is busy with other things.
 * For work that must not grow with the square of its input: an input is chosen for which the square costs many times the limit.
 */
export async function processorSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
