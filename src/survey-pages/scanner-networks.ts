import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Networks that mail security services and clouds follow links from: some evidence, never enough alone, since people sit behind proxies there too. Seen in public reports of false ratings
 * (Microsoft's mail protection and the address blocks its link checks came from), and blocks that the largest clouds rent out.
 */
export const SCANNER_NETWORKS: readonly string[] = [
  '4.182.0.0/16', '20.33.0.0/16', '40.92.0.0/15', '40.107.0.0/16', '48.209.0.0/16', '52.100.0.0/14', '72.145.0.0/16', '72.152.0.0/16', '104.47.0.0/17', // Microsoft
  '3.0.0.0/9', '18.128.0.0/9', '52.0.0.0/10', // rented machines of Amazon's
  '34.64.0.0/10', '35.184.0.0/13', // of Google's
  '64.235.144.0/20', '209.222.80.0/21', // Barracuda
]

/** Whether addresses lie in one of these networks, in CIDR notation. Throws RangeError for what is no network. */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [, base = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? []
    try {
      list.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4')
    } catch {
      throw new RangeError(`has ${network === '' ? 'an empty item' : network}, which is no network such as 192.0.2.0/24.`)
    }
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
