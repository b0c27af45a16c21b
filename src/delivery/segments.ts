/** How a text message is cut for the air: in the alphabet of GSM where all of its characters are in there, else in UCS-2. */
export interface Segmentation {
  encoding: 'GSM-7' | 'UCS-2'
  /** As people count them. */
  characters: number
  segments: number
}

/** How many units one segment holds, and each of several, which give up some for their numbering. */
const ROOM = { 'GSM-7': { alone: 160, each: 153 }, 'UCS-2': { alone: 70, each: 67 } } as const

/** Into how many segments a text is cut, which is what providers charge for. */
export function countSegments(text: string): Segmentation {
  const characters = [...text]
  const encoding = characters.every((character) => BASIC.has(character) || EXTENDED.has(character)) ? 'GSM-7' : 'UCS-2'
  const units = characters.map((character) => (encoding === 'UCS-2' ? character.length : EXTENDED.has(character) ? 2 : 1))
  return { encoding, characters: characters.length, segments: segmentsOf(units, ROOM[encoding]) }
}

/** A character of two units is not cut in two: where only one unit is left, it begins the next segment. */
function segmentsOf(units: number[], { alone, each }: { alone: number, each: number }): number {
  if (units.reduce((sum, size) => sum + size, 0) <= alone) return 1
  let [segments, used] = [1, 0]
  for (const size of units) {
    if (used + size > each) [segments, used] = [segments + 1, 0]
    used += size
  }
  return segments
}

const BASIC = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
/** Those that take an escape before them. */
const EXTENDED = new Set('\f^{}\\[~]|€')
