import { ar } from './ar.ts'
import { da } from './da.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { enUs } from './en-us.ts'
import { es } from './es.ts'
import { esMx } from './es-mx.ts'
import { fi } from './fi.ts'
import { fr } from './fr.ts'
import { he } from './he.ts'
import { id } from './id.ts'
import { it } from './it.ts'
import { ja } from './ja.ts'
import { findLocale, type Locale } from './locales.ts'
import { nl } from './nl.ts'
import { no } from './no.ts'
import type { Texts } from './shape.ts'
import { sv } from './sv.ts'
import { th } from './th.ts'
import { zhCn } from './zh-cn.ts'

const TEXTS: Readonly<Record<Locale, Texts>> = { en, 'en-US': enUs, fr, de, it, es, 'es-MX': esMx, nl, sv, da, ja, ar, 'zh-CN': zhCn, no, he, id, th, fi }

/** The texts of a locale; English for what is none. */
export function textsOf(locale: string): Texts {
  return TEXTS[findLocale(locale) ?? 'en']
}
