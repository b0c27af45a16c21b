import { createHmac, timingSafeEqual } from 'node:crypto'

/** Where mails that can't be delivered come back to. The secret proves that such an address was ours. */
export interface BounceSettings { readonly domain: string, readonly secret: string }

interface DeliveryKey { account_id: number, delivery_id: number }

/** The envelope's sender of one delivery: whatever comes back names it, however the other server words its report. */
export function returnPath({ domain, secret }: BounceSettings, { account_id, delivery_id }: DeliveryKey): string {
  const id = `${account_id}-${delivery_id}`
  return `bounces+${id}.${macOf(id, secret)}@${domain}`
}

/** The delivery of the first address of ours in a text; one with a wrong proof is none. Letter case does not count: some servers change it. */
export function findReturnPath(text: string, secret: string): DeliveryKey | null {
  for (const [, account = '', delivery = '', mac = ''] of text.matchAll(/\bbounces\+(\d{1,15})-(\d{1,15})\.([0-9a-f]{20})(?=[@=])/gi)) {
    if (timingSafeEqual(Buffer.from(mac.toLowerCase()), Buffer.from(macOf(`${account}-${delivery}`, secret)))) return { account_id: Number(account), delivery_id: Number(delivery) }
  }
  return null
}

/** 80 bits, in digits that keep their meaning whatever happens to letter case. With its ids an address stays within the 64 characters before the @ that SMTP allows. */
function macOf(id: string, secret: string): string {
  return createHmac('sha256', secret).update(`return path ${id}`).digest('hex').slice(0, 20)
}
