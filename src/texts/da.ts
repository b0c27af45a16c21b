import type { Texts } from './shape.ts'

export const da: Texts = {
  heading: 'Din mening',
  about: 'Vedrører: {title}',
  required: 'Skal udfyldes',
  scale_end: '{score} = {label}',
  lowest: 'Laveste karakter',
  highest: 'Højeste karakter',
  from_mail: 'Valgt i din e-mail: {score}. Du kan ændre det.',
  saved_click: 'Tak, dit svar er gemt: {score}. Send tilføjer din kommentar.',
  widget: { label: 'Din mening', close: 'Luk' },
  text_limit: { one: 'Højst {n} tegn.', other: 'Højst {n} tegn.' },
  choose_one: 'Vælg ét svar.',
  choose_any: 'Du kan vælge flere svar.',
  no_choice: 'Vælg …',
  send: 'Send',
  goes_to: 'Dine svar sendes til {account}.',
  faults_title_prefix: 'Kontrollér: ',
  faults_heading: 'Kontrollér dine svar',
  fault_required: 'Besvar venligst dette spørgsmål.',
  fault_too_long: { one: 'Teksten er for lang: Der er plads til højst {n} tegn.', other: 'Teksten er for lang: Der er plads til højst {n} tegn.' },
  fault_choice: 'Vælg et af svarene.',
  fault_other: 'Vi kunne ikke forstå dette svar.',
  held_off: { heading: 'Ikke sendt endnu', text: 'Der kommer for mange svar ind lige nu. Dine er her stadig: Vent et par minutter, og tryk på Send igen.' },
  opt_out: {
    ask: { heading: 'Vil du ikke have flere beskeder?', text: '{account} vil derefter ikke længere spørge om din mening eller sende dig påmindelser.', button: 'Afmeld' },
    done: { heading: 'Du er afmeldt', text: '{account} vil ikke længere spørge om din mening. Var det en fejl, kan du tilmelde dig igen.', button: 'Tilmeld igen' },
    back: { heading: 'Velkommen tilbage', text: '{account} må igen spørge om din mening.', button: 'Afmeld' },
  },
  notices: {
    thanks: { heading: 'Mange tak', text: 'Vi har modtaget dine svar.' },
    answered: { heading: 'Allerede besvaret', text: 'Denne undersøgelse er allerede besvaret. Du behøver ikke gøre mere. Mange tak!' },
    expired: { heading: 'Undersøgelsen er lukket', text: 'Svarfristen er udløbet. Tak, fordi du ville hjælpe os.' },
    unknown: { heading: 'Vi kan ikke finde undersøgelsen', text: 'Adressen er måske ikke kommet helt med. Åbn hele linket fra din besked.' },
    unknown_link: { heading: 'Vi kan ikke finde linket', text: 'Adressen er måske ikke kommet helt med. Åbn hele linket fra din besked.' },
    bad_link: { heading: 'Linket virker ikke', text: 'Det fremgår ikke, hvilken sag det handler om. Giv gerne afsenderen besked.' },
    limited: { heading: 'Et øjeblik', text: 'Der har været for mange besøg fra dit netværk. Prøv igen om et par minutter.' },
    too_large: { heading: 'Det var for meget', text: 'Dine svar er for lange. Gå tilbage, og gør dem kortere.' },
    not_a_form: { heading: 'Vi kunne ikke læse det sendte', text: 'Åbn linket fra din besked, og brug formularen.' },
    not_secure: { heading: 'Brug den sikre adresse', text: 'Åbn linket fra din besked igen med https i begyndelsen.' },
    broken: { heading: 'Noget gik galt', text: 'Fejlen er vores, og intet er gemt. Prøv igen om et øjeblik.' },
  },
  form: {
    choose_up_to: { one: 'Vælg højst {n}.', other: 'Vælg højst {n}.' },
    too_many: { one: 'Du kan ikke vælge mere end {n}.', other: 'Du kan ikke vælge flere end {n}.' },
    text_left: { one: '{n} tegn tilbage', other: '{n} tegn tilbage' },
    score_of: '{score} af {max}',
    score_in_words: '{score} af {max} – {word}',
    words: ['Meget dårligt', 'Dårligt', 'Middel', 'Godt', 'Meget godt'],
    about_you: 'Om dig',
    fields: { name: 'Dit navn', email: 'E-mailadresse', telephone_number: 'Telefonnummer', company_name: 'Virksomhed', postcode: 'Postnummer' },
    fault_blank: 'Udfyld dette felt.',
    fault_email: 'Angiv en e-mailadresse, for eksempel navn@example.com.',
    fault_telephone: 'Angiv et telefonnummer.',
    fault_consent: 'Sæt kryds i feltet for at fortsætte.',
    change: { heading: 'Ret dine svar', link: 'Ret dine svar', button: 'Gem ændringerne' },
  },
  mail: { unsubscribe: 'Afmeld', unsubscribe_line: 'Afmeld: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} af {max}', middle: 'Middel' },
  templates: {
    invitation: {
      subject: 'Hvor tilfreds er du med os?',
      body: `Hej {{first_name/med dig}}

Tak, fordi du er kunde hos os. Hvor tilfreds er du med os? Vælg et svar:

{{rating-buttons}}

Eller åbn undersøgelsen, hvor du også kan fortælle os mere:
{{link-to-survey}}

Tak for din tid.`,
    },
    reminder: {
      subject: 'En kort påmindelse: Hvor tilfreds er du med os?',
      body: `Hej {{first_name/med dig}}

For nogle dage siden spurgte vi, hvor tilfreds du er med os. Vi vil stadig gerne høre din mening. Vælg et svar:

{{rating-buttons}}

Eller åbn undersøgelsen her:
{{link-to-survey}}

Det tager cirka et minut. Mange tak.`,
    },
    text_message: 'Hej {{first_name/med dig}}. Hvor tilfreds er du med os? Fortæl os det her: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Hvor tilfreds er du med den hjælp, du fik?',
    nps: 'Hvor sandsynligt er det, at du vil anbefale os til en ven eller kollega?',
    nps_reason: 'Hvad er den vigtigste grund til din karakter?',
    overall: 'Hvor tilfreds er du alt i alt?',
    speed: 'Hvor hurtigt reagerede vi?',
    understanding: 'Hvor godt forstod vi, hvad du havde brug for?',
    information: 'Hvor godt holdt vi dig orienteret?',
    solution: 'Hvor god var løsningen?',
    person: 'Hvor tilfreds er du med den person, der hjalp dig?',
    project: 'Hvor tilfreds er du med projektets forløb?',
    support: 'Hvordan var vores support?',
    comment: 'Er der noget, du vil tilføje?',
  },
  labels: {
    quality: { min: 'Meget dårligt', max: 'Fremragende' },
    likelihood: { min: 'Slet ikke sandsynligt', max: 'Meget sandsynligt' },
    good_or_bad: { min: 'Dårlig', max: 'God' },
  },
}
