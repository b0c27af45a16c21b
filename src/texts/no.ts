import type { Texts } from './shape.ts'

export const no: Texts = {
  heading: 'Din mening',
  about: 'Gjelder: {title}',
  required: 'Må fylles ut',
  scale_end: '{score} = {label}',
  lowest: 'Laveste karakter',
  highest: 'Høyeste karakter',
  from_mail: 'Valgt i e-posten din: {score}. Du kan endre det.',
  saved_click: 'Takk, svaret ditt er lagret: {score}. Send legger til kommentaren din.',
  widget: { label: 'Din mening', close: 'Lukk' },
  text_limit: { one: 'Maks. {n} tegn.', other: 'Maks. {n} tegn.' },
  choose_one: 'Velg ett svar.',
  choose_any: 'Du kan velge flere svar.',
  no_choice: 'Velg …',
  send: 'Send',
  goes_to: 'Svarene dine går til {account}.',
  faults_title_prefix: 'Sjekk: ',
  faults_heading: 'Sjekk svarene dine',
  fault_required: 'Svar på dette spørsmålet.',
  fault_too_long: { one: 'Teksten er for lang: det er plass til maks. {n} tegn.', other: 'Teksten er for lang: det er plass til maks. {n} tegn.' },
  fault_choice: 'Velg et av svarene.',
  fault_other: 'Vi kunne ikke forstå dette svaret.',
  held_off: { heading: 'Ikke sendt ennå', text: 'Det kommer inn for mange svar akkurat nå. Dine er her fortsatt: vent noen minutter og trykk på Send igjen.' },
  opt_out: {
    ask: { heading: 'Vil du ikke ha flere meldinger?', text: '{account} vil da ikke lenger spørre om din mening eller sende deg påminnelser.', button: 'Meld meg av' },
    done: { heading: 'Du er meldt av', text: '{account} vil ikke lenger spørre om din mening. Var det en feil, kan du melde deg på igjen.', button: 'Meld meg på igjen' },
    back: { heading: 'Velkommen tilbake', text: '{account} kan spørre om din mening igjen.', button: 'Meld meg av' },
  },
  notices: {
    thanks: { heading: 'Tusen takk', text: 'Vi har mottatt svarene dine.' },
    answered: { heading: 'Allerede besvart', text: 'Denne undersøkelsen er allerede besvart. Du trenger ikke å gjøre mer. Tusen takk!' },
    expired: { heading: 'Undersøkelsen er stengt', text: 'Svarfristen er ute. Takk for at du ville hjelpe oss.' },
    unknown: { heading: 'Vi finner ikke undersøkelsen', text: 'Kanskje kom ikke hele adressen med. Åpne hele lenken fra meldingen din.' },
    unknown_link: { heading: 'Vi finner ikke lenken', text: 'Kanskje kom ikke hele adressen med. Åpne hele lenken fra meldingen din.' },
    bad_link: { heading: 'Lenken virker ikke', text: 'Den sier ikke hvilken sak det gjelder. Si gjerne fra til den som sendte den.' },
    limited: { heading: 'Et øyeblikk', text: 'Det har vært for mange besøk fra nettverket ditt. Prøv igjen om noen minutter.' },
    too_large: { heading: 'Det ble for mye', text: 'Svarene dine er for lange. Gå tilbake og gjør dem kortere.' },
    not_a_form: { heading: 'Vi kunne ikke lese det som ble sendt', text: 'Åpne lenken fra meldingen din og bruk skjemaet.' },
    not_secure: { heading: 'Bruk den sikre adressen', text: 'Åpne lenken fra meldingen din på nytt, med https i starten.' },
    broken: { heading: 'Noe gikk galt', text: 'Feilen er vår, og ingenting er lagret. Prøv igjen om et øyeblikk.' },
  },
  form: {
    choose_up_to: { one: 'Velg høyst {n}.', other: 'Velg høyst {n}.' },
    too_many: { one: 'Du kan ikke velge mer enn {n}.', other: 'Du kan ikke velge flere enn {n}.' },
    text_left: { one: '{n} tegn igjen', other: '{n} tegn igjen' },
    score_of: '{score} av {max}',
    score_in_words: '{score} av {max} – {word}',
    words: ['Svært dårlig', 'Dårlig', 'Middels', 'Bra', 'Svært bra'],
    about_you: 'Om deg',
    fields: { name: 'Navnet ditt', email: 'E-postadresse', telephone_number: 'Telefonnummer', company_name: 'Firma', postcode: 'Postnummer' },
    fault_blank: 'Fyll ut dette feltet.',
    fault_email: 'Oppgi en e-postadresse, for eksempel navn@example.com.',
    fault_telephone: 'Oppgi et telefonnummer.',
    fault_consent: 'Kryss av i boksen for å gå videre.',
    change: { heading: 'Endre svarene dine', link: 'Endre svarene dine', button: 'Lagre endringene' },
  },
  mail: { unsubscribe: 'Meld deg av', unsubscribe_line: 'Meld deg av: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} av {max}', middle: 'Middels' },
  templates: {
    invitation: {
      subject: 'Hvor fornøyd er du med oss?',
      body: `Hei {{first_name/og god dag}},

takk for at du er kunde hos oss. Hvor fornøyd er du med oss? Velg et svar:

{{rating-buttons}}

Eller åpne undersøkelsen, der du også kan fortelle oss mer:
{{link-to-survey}}

Takk for at du tok deg tid.`,
    },
    reminder: {
      subject: 'En kort påminnelse: Hvor fornøyd er du med oss?',
      body: `Hei {{first_name/og god dag}},

for noen dager siden spurte vi hvor fornøyd du er med oss. Vi vil fortsatt gjerne høre hva du mener. Velg et svar:

{{rating-buttons}}

Eller åpne undersøkelsen her:
{{link-to-survey}}

Det tar omtrent ett minutt. Tusen takk.`,
    },
    text_message: 'Hei {{first_name/og god dag}}, hvor fornøyd er du med oss? Fortell oss det her: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Hvor fornøyd er du med hjelpen du fikk?',
    nps: 'Hvor sannsynlig er det at du vil anbefale oss til en venn eller kollega?',
    nps_reason: 'Hva er den viktigste grunnen til karakteren din?',
    overall: 'Hvor fornøyd er du alt i alt?',
    speed: 'Hvor raskt svarte vi?',
    understanding: 'Hvor godt forsto vi hva du trengte?',
    information: 'Hvor godt holdt vi deg informert?',
    solution: 'Hvor god var løsningen?',
    person: 'Hvor fornøyd er du med personen som hjalp deg?',
    project: 'Hvor fornøyd er du med hvordan prosjektet gikk?',
    support: 'Hvordan var supporten vår?',
    comment: 'Er det noe du vil legge til?',
  },
  labels: {
    quality: { min: 'Svært dårlig', max: 'Utmerket' },
    likelihood: { min: 'Slett ikke sannsynlig', max: 'Svært sannsynlig' },
    good_or_bad: { min: 'Dårlig', max: 'Bra' },
  },
}
