import type { Dice } from './random.ts'

export interface DemoSite { code: string, name: string, city: string }

export interface DemoTechnician {
  code: string
  name: string
  team: string
  /** By how many points of ten customers find them better or worse than others. */
  skill: number
}

export interface DemoContact { external_id: number, name: string, email: string }

export interface DemoCompany { external_id: number, name: string, site: string, contacts: DemoContact[], temper: number }

/** The first one is the account's default site, which is there already. */
export const SITES: readonly DemoSite[] = [
  { code: 'main', name: 'Main', city: 'Bristol' },
  { code: 'north', name: 'North', city: 'Leeds' },
  { code: 'harbour', name: 'Harbour', city: 'Portsmouth' },
]

export const TEAMS = ['Service desk', 'Field service', 'Cloud and network'] as const

/** The one who learns: poor in the first months, among the best in the last. */
export const LEARNER = 'treyes'

/** The client that goes sour: content for five months, then less so every week. */
export const SOURING_CLIENT = 'Harrow & Finch Logistics'

export const TECHNICIANS: readonly DemoTechnician[] = [
  { code: 'jdoe', name: 'Jordan Doe', team: 'Service desk', skill: 0.4 },
  { code: 'mlee', name: 'Morgan Lee', team: 'Service desk', skill: 0.1 },
  { code: 'apatel', name: 'Asha Patel', team: 'Service desk', skill: 0.9 },
  { code: LEARNER, name: 'Tomas Reyes', team: 'Service desk', skill: 0 },
  { code: 'kberg', name: 'Kirsten Berg', team: 'Service desk', skill: -0.2 },
  { code: 'onwosu', name: 'Obi Nwosu', team: 'Field service', skill: 0.6 },
  { code: 'slindt', name: 'Sara Lindt', team: 'Field service', skill: 0.2 },
  { code: 'pgrant', name: 'Paul Grant', team: 'Field service', skill: -0.7 },
  { code: 'yito', name: 'Yuki Ito', team: 'Field service', skill: 0.5 },
  { code: 'dcosta', name: 'Dora Costa', team: 'Cloud and network', skill: 0.3 },
  { code: 'rvogel', name: 'Rolf Vogel', team: 'Cloud and network', skill: -0.4 },
  { code: 'fhaddad', name: 'Farid Haddad', team: 'Cloud and network', skill: 0.7 },
]

/** The clients with the people at them who are asked. */
export function castCompanies(dice: Dice): DemoCompany[] {
  const names = namesFor(dice)
  return COMPANIES.map((name, index) => {
    const domain = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example`
    const external_id = 4501 + index
    const contacts = Array.from({ length: dice.between(3, 7) }, (_, place) => contactOf(names, domain, external_id * 10 + place))
    return { external_id, name, site: siteOf(index), contacts, temper: name === SOURING_CLIENT ? 0 : dice.bell() * 0.5 }
  })
}

const COMPANIES = [
  'Acme Corporation', SOURING_CLIENT, 'Bluewater Dental', 'Castle Street Law', 'Northgate Schools', 'Orchard Foods', 'Pinewood Estates', 'Quayside Hotels', 'Redfern Accountants',
  'Silverline Transport', 'Tidewell Clinics', 'Umber Studios', 'Vale Veterinary', 'Westbrook Housing', 'Yarrow Textiles', 'Zenith Surveyors', 'Abbey Road Dairies', 'Bright Lane Nurseries',
  'Copper Kettle Cafes', 'Dunmore Engineering', 'Eastfield Gardens', 'Foxglove Publishing', 'Granite Insurance', 'Hollow Oak Furniture', 'Ironbridge Tools',
]

function siteOf(index: number): string {
  return index % 4 === 3 ? 'north' : index % 6 === 4 ? 'harbour' : 'main'
}

const FIRST_NAMES = ['Jane', 'Omar', 'Priya', 'Lukas', 'Grace', 'Mateo', 'Helen', 'Samir', 'Nadia', 'Peter', 'Ruth', 'Diego', 'Ivy', 'Karl', 'Mina', 'Owen', 'Tess', 'Victor', 'Wendy', 'Yusuf', 'Anna', 'Ben', 'Clara', 'Derek']
const SURNAMES = ['Smith', 'Okafor', 'Rao', 'Brandt', 'Hughes', 'Silva', 'Novak', 'Aziz', 'Petrov', 'Clarke', 'Weiss', 'Moreno', 'Park', 'Larsen', 'Farah', 'Bell', 'Quinn', 'Hoang', 'Marsh', 'Demir', 'Kowalski', 'Reid']

/** Each whole name once. */
function namesFor(dice: Dice): () => string {
  const used = new Set<string>()
  return () => {
    let name = `${dice.pick(FIRST_NAMES)} ${dice.pick(SURNAMES)}`
    while (used.has(name)) name = `${dice.pick(FIRST_NAMES)} ${dice.pick(SURNAMES)}`
    used.add(name)
    return name
  }
}

function contactOf(names: () => string, domain: string, external_id: number): DemoContact {
  const name = names()
  return { external_id, name, email: `${name.toLowerCase().replace(' ', '.')}@${domain}` }
}
