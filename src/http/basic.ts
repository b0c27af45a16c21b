/** Both halves of `Authorization: Basic`, as UTF-8; null for what is none, or names nobody. */
export function readBasic(authorization: string): { name: string, password: string } | null {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1]
  if (encoded === undefined) return null
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return name && password ? { name, password } : null
}
