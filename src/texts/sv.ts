import type { Texts } from './shape.ts'

export const sv: Texts = {
  heading: 'Dina synpunkter',
  about: 'Gäller: {title}',
  required: 'Obligatoriskt',
  scale_end: '{score} = {label}',
  lowest: 'Lägsta betyg',
  highest: 'Högsta betyg',
  from_mail: 'Valt i ditt mejl: {score}. Du kan ändra det.',
  saved_click: 'Tack, ditt svar är sparat: {score}. Skicka lägger till din kommentar.',
  widget: { label: 'Tyck till', close: 'Stäng' },
  text_limit: { one: 'Högst {n} tecken.', other: 'Högst {n} tecken.' },
  choose_one: 'Välj ett alternativ.',
  choose_any: 'Välj ett eller flera alternativ.',
  no_choice: 'Välj …',
  send: 'Skicka',
  goes_to: 'Dina svar går till {account}.',
  faults_title_prefix: 'Kontrollera: ',
  faults_heading: 'Kontrollera dina svar',
  fault_required: 'Svara på den här frågan.',
  fault_too_long: { one: 'Texten är för lång: högst {n} tecken får plats.', other: 'Texten är för lång: högst {n} tecken får plats.' },
  fault_choice: 'Välj ett av alternativen.',
  fault_other: 'Vi kunde inte tolka det här svaret.',
  held_off: { heading: 'Inte skickat än', text: 'Just nu kommer det in väldigt många svar. Dina finns kvar här: vänta några minuter och tryck på Skicka igen.' },
  opt_out: {
    ask: { heading: 'Vill du slippa de här meddelandena?', text: '{account} kommer då inte att skicka fler frågor eller påminnelser till dig.', button: 'Avsluta utskicken' },
    done: { heading: 'Utskicken är avslutade', text: '{account} kommer inte att fråga dig om dina synpunkter igen. Blev det fel kan du återuppta utskicken.', button: 'Återuppta utskicken' },
    back: { heading: 'Välkommen tillbaka', text: '{account} får fråga dig om dina synpunkter igen.', button: 'Avsluta utskicken' },
  },
  notices: {
    thanks: { heading: 'Tack', text: 'Dina svar har kommit fram.' },
    answered: { heading: 'Redan besvarad', text: 'Den här enkäten är redan besvarad. Du behöver inte göra något mer. Tack!' },
    expired: { heading: 'Den här enkäten är stängd', text: 'Svarstiden har gått ut. Tack för att du ville hjälpa oss.' },
    unknown: { heading: 'Vi hittar inte den här enkäten', text: 'Adressen kan ha blivit avkortad. Öppna hela länken i ditt meddelande.' },
    unknown_link: { heading: 'Vi hittar inte den här länken', text: 'Adressen kan ha blivit avkortad. Öppna hela länken i ditt meddelande.' },
    bad_link: { heading: 'Länken fungerar inte', text: 'Den anger inte vilket ärende det gäller. Säg gärna till den som skickade den.' },
    limited: { heading: 'Ett ögonblick', text: 'Det har varit för många besök från ditt nätverk. Försök igen om några minuter.' },
    too_large: { heading: 'Det blev för mycket', text: 'Dina svar är för långa. Gå tillbaka och korta ner dem.' },
    not_a_form: { heading: 'Vi kunde inte läsa det som skickades', text: 'Öppna länken i ditt meddelande och använd formuläret.' },
    not_secure: { heading: 'Använd den säkra adressen', text: 'Öppna länken i ditt meddelande igen, med https i början.' },
    broken: { heading: 'Något gick fel', text: 'Felet är vårt och ingenting har sparats. Försök igen om en liten stund.' },
  },
  form: {
    choose_up_to: { one: 'Välj högst {n}.', other: 'Välj högst {n}.' },
    too_many: { one: 'Du kan inte välja fler än {n}.', other: 'Du kan inte välja fler än {n}.' },
    text_left: { one: '{n} tecken kvar', other: '{n} tecken kvar' },
    score_of: '{score} av {max}',
    score_in_words: '{score} av {max} – {word}',
    words: ['Mycket dåligt', 'Dåligt', 'Varken eller', 'Bra', 'Mycket bra'],
    about_you: 'Om dig',
    fields: { name: 'Ditt namn', email: 'E-postadress', telephone_number: 'Telefonnummer', company_name: 'Företag', postcode: 'Postnummer' },
    fault_blank: 'Fyll i det här fältet.',
    fault_email: 'Ange en e-postadress, till exempel namn@example.com.',
    fault_telephone: 'Ange ett telefonnummer med riktnummer.',
    fault_consent: 'Kryssa i rutan för att fortsätta.',
    change: { heading: 'Ändra dina svar', link: 'Ändra dina svar', button: 'Spara ändringarna' },
  },
  mail: { unsubscribe: 'Avsluta utskicken', unsubscribe_line: 'Avsluta utskicken: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} av {max}', middle: 'Sådär' },
  templates: {
    invitation: {
      subject: 'Hur nöjd är du med oss?',
      body: `Hej {{first_name/där}}!

Tack för att du är kund hos oss. Hur nöjd är du med oss? Välj ett svar:

{{rating-buttons}}

Eller öppna enkäten, där du också kan berätta mer:
{{link-to-survey}}

Tack för din tid.`,
    },
    reminder: {
      subject: 'En kort påminnelse: hur nöjd är du med oss?',
      body: `Hej {{first_name/där}}!

För några dagar sedan frågade vi hur nöjd du är med oss. Vi vill fortfarande gärna höra vad du tycker. Välj ett svar:

{{rating-buttons}}

Eller öppna enkäten här:
{{link-to-survey}}

Det tar ungefär en minut. Tack.`,
    },
    text_message: 'Hej {{first_name/där}}! Hur nöjd är du med oss? Svara gärna här: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Hur nöjd är du med hjälpen du fick?',
    nps: 'Hur troligt är det att du skulle rekommendera oss till en vän eller kollega?',
    nps_reason: 'Vad är det främsta skälet till ditt betyg?',
    overall: 'Hur nöjd är du som helhet?',
    speed: 'Hur snabbt svarade vi?',
    understanding: 'Hur väl förstod vi vad du behövde?',
    information: 'Hur väl höll vi dig informerad?',
    solution: 'Hur bra var lösningen?',
    person: 'Hur nöjd är du med personen som hjälpte dig?',
    project: 'Hur nöjd är du med hur projektet gick?',
    support: 'Hur var vår support?',
    comment: 'Är det något du vill tillägga?',
  },
  labels: {
    quality: { min: 'Mycket dåligt', max: 'Utmärkt' },
    likelihood: { min: 'Inte alls troligt', max: 'Mycket troligt' },
    good_or_bad: { min: 'Dålig', max: 'Bra' },
  },
}
