import type { Texts } from './shape.ts'

export const nl: Texts = {
  heading: 'Uw mening',
  about: 'Betreft: {title}',
  required: 'Verplicht',
  scale_end: '{score} = {label}',
  lowest: 'Laagste score',
  highest: 'Hoogste score',
  from_mail: 'Overgenomen uit uw e-mail: {score}. U kunt dit nog wijzigen.',
  saved_click: 'Dank u, uw antwoord is opgeslagen: {score}. Met Versturen voegt u uw opmerking toe.',
  widget: { label: 'Uw mening', close: 'Sluiten' },
  text_limit: { one: 'Maximaal {n} teken.', other: 'Maximaal {n} tekens.' },
  choose_one: 'Kies één antwoord.',
  choose_any: 'U kunt meerdere antwoorden kiezen.',
  no_choice: 'Maak een keuze…',
  send: 'Versturen',
  goes_to: 'Uw antwoorden gaan naar {account}.',
  faults_title_prefix: 'Controleer: ',
  faults_heading: 'Controleer uw antwoorden',
  fault_required: 'Beantwoord deze vraag.',
  fault_too_long: { one: 'Dit is te lang: maximaal {n} teken past.', other: 'Dit is te lang: er passen maximaal {n} tekens.' },
  fault_choice: 'Kies een van de gegeven antwoorden.',
  fault_other: 'We konden dit antwoord niet begrijpen.',
  held_off: { heading: 'Nog niet verstuurd', text: 'Er komen op dit moment te veel antwoorden binnen. Die van u zijn er nog: wacht een paar minuten en druk opnieuw op ‘Versturen’.' },
  opt_out: {
    ask: { heading: 'Geen berichten meer ontvangen?', text: '{account} vraagt u dan niet meer om uw mening en stuurt u ook geen herinneringen.', button: 'Afmelden' },
    done: { heading: 'U bent afgemeld', text: '{account} vraagt u niet meer om uw mening. Was dit een vergissing, dan kunt u zich weer aanmelden.', button: 'Weer aanmelden' },
    back: { heading: 'Welkom terug', text: '{account} mag u weer om uw mening vragen.', button: 'Afmelden' },
  },
  notices: {
    thanks: { heading: 'Hartelijk dank', text: 'Uw antwoorden zijn aangekomen.' },
    answered: { heading: 'Al ingevuld', text: 'Deze enquête is al ingevuld. U hoeft niets meer te doen. Hartelijk dank!' },
    expired: { heading: 'Deze enquête is gesloten', text: 'De termijn is verstreken, antwoorden kan niet meer. Bedankt dat u ons wilde helpen.' },
    unknown: { heading: 'We kunnen deze enquête niet vinden', text: 'Misschien is het adres niet volledig. Open de hele link uit uw bericht.' },
    unknown_link: { heading: 'We kunnen deze link niet vinden', text: 'Misschien is het adres niet volledig. Open de hele link uit uw bericht.' },
    bad_link: { heading: 'Deze link werkt niet', text: 'Er staat niet in om welk ticket het gaat. Laat het weten aan degene die u de link stuurde.' },
    limited: { heading: 'Een ogenblik', text: 'Er waren te veel bezoeken vanaf uw netwerk. Probeer het over een paar minuten opnieuw.' },
    too_large: { heading: 'Dat was te veel', text: 'Uw antwoorden zijn te lang. Ga terug en maak ze korter.' },
    not_a_form: { heading: 'We konden dit niet lezen', text: 'Open de link uit uw bericht en gebruik het formulier.' },
    not_secure: { heading: 'Gebruik het beveiligde adres', text: 'Open de link uit uw bericht opnieuw, met https aan het begin.' },
    broken: { heading: 'Er ging iets mis', text: 'De fout ligt bij ons en er is niets opgeslagen. Probeer het zo meteen opnieuw.' },
  },
  form: {
    choose_up_to: { one: 'Kies er hoogstens {n}.', other: 'Kies er hoogstens {n}.' },
    too_many: { one: 'Kies er niet meer dan {n}.', other: 'Kies er niet meer dan {n}.' },
    text_left: { one: 'Nog {n} teken over', other: 'Nog {n} tekens over' },
    score_of: '{score} van {max}',
    score_in_words: '{score} van {max} – {word}',
    words: ['Heel slecht', 'Slecht', 'Redelijk', 'Goed', 'Heel goed'],
    about_you: 'Over u',
    fields: { name: 'Uw naam', email: 'E-mailadres', telephone_number: 'Telefoonnummer', company_name: 'Bedrijf', postcode: 'Postcode' },
    fault_blank: 'Vul dit veld in.',
    fault_email: 'Vul een e-mailadres in, bijvoorbeeld naam@example.com.',
    fault_telephone: 'Vul een telefoonnummer met netnummer in.',
    fault_consent: 'Vink dit vakje aan om verder te gaan.',
    change: { heading: 'Uw antwoorden wijzigen', link: 'Uw antwoorden wijzigen', button: 'Wijzigingen opslaan' },
  },
  mail: { unsubscribe: 'Afmelden', unsubscribe_line: 'Afmelden: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} van {max}', middle: 'Gemiddeld' },
  templates: {
    invitation: {
      subject: 'Hoe tevreden bent u over ons?',
      body: `Beste {{first_name/klant}},

Hartelijk dank voor uw vertrouwen. Hoe tevreden bent u over ons? Maak een keuze:

{{rating-buttons}}

Of open de enquête, waar u ons ook meer kunt vertellen:
{{link-to-survey}}

Hartelijk dank voor uw tijd.`,
    },
    reminder: {
      subject: 'Een korte herinnering: hoe tevreden bent u over ons?',
      body: `Beste {{first_name/klant}},

Een paar dagen geleden vroegen we hoe tevreden u over ons bent. We horen nog steeds graag uw mening. Maak een keuze:

{{rating-buttons}}

Of open de enquête hier:
{{link-to-survey}}

Het kost u ongeveer een minuut. Hartelijk dank.`,
    },
    text_message: 'Beste {{first_name/klant}}, hoe tevreden bent u over ons? Laat het ons hier weten: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Hoe tevreden bent u over de hulp die u hebt gekregen?',
    nps: 'Hoe waarschijnlijk is het dat u ons aanbeveelt bij een vriend of collega?',
    nps_reason: 'Wat is de belangrijkste reden voor uw score?',
    overall: 'Hoe tevreden bent u in het algemeen?',
    speed: 'Hoe snel hebben we gereageerd?',
    understanding: 'Hoe goed hebben we begrepen wat u nodig had?',
    information: 'Hoe goed hebben we u op de hoogte gehouden?',
    solution: 'Hoe goed was de oplossing?',
    person: 'Hoe tevreden bent u over de persoon die u heeft geholpen?',
    project: 'Hoe tevreden bent u over het verloop van het project?',
    support: 'Hoe was onze ondersteuning?',
    comment: 'Wilt u nog iets toevoegen?',
  },
  labels: {
    quality: { min: 'Zeer slecht', max: 'Uitstekend' },
    likelihood: { min: 'Zeer onwaarschijnlijk', max: 'Zeer waarschijnlijk' },
    good_or_bad: { min: 'Slecht', max: 'Goed' },
  },
}
