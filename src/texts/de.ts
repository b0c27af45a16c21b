import type { Texts } from './shape.ts'

export const de: Texts = {
  heading: 'Ihr Feedback',
  about: 'Betrifft: {title}',
  required: 'Pflichtfeld',
  scale_end: '{score} = {label}',
  lowest: 'Niedrigster Wert',
  highest: 'Höchster Wert',
  from_mail: 'Aus Ihrer E-Mail übernommen: {score}. Sie können das noch ändern.',
  saved_click: 'Vielen Dank, Ihre Antwort ist gespeichert: {score}. Mit „Absenden“ kommt Ihr Kommentar dazu.',
  widget: { label: 'Ihre Meinung', close: 'Schließen' },
  text_limit: { one: 'Höchstens {n} Zeichen.', other: 'Höchstens {n} Zeichen.' },
  choose_one: 'Bitte wählen Sie eine Antwort.',
  choose_any: 'Sie können mehrere Antworten wählen.',
  no_choice: 'Bitte wählen …',
  send: 'Absenden',
  goes_to: 'Ihre Antworten gehen an {account}.',
  faults_title_prefix: 'Bitte prüfen: ',
  faults_heading: 'Bitte prüfen Sie Ihre Antworten',
  fault_required: 'Bitte beantworten Sie diese Frage.',
  fault_too_long: { one: 'Das ist zu lang: Höchstens {n} Zeichen ist möglich.', other: 'Das ist zu lang: Höchstens {n} Zeichen sind möglich.' },
  fault_choice: 'Bitte wählen Sie eine der vorgegebenen Antworten.',
  fault_other: 'Diese Antwort konnten wir nicht verstehen.',
  held_off: { heading: 'Noch nicht gesendet', text: 'Gerade gehen sehr viele Antworten ein. Ihre sind noch da: Bitte warten Sie einige Minuten und drücken Sie dann noch einmal auf „Absenden“.' },
  opt_out: {
    ask: { heading: 'Keine Nachrichten mehr?', text: '{account} sendet Ihnen dann keine Bitten um Feedback und keine Erinnerungen mehr.', button: 'Abbestellen' },
    done: { heading: 'Sie sind abgemeldet', text: '{account} sendet Ihnen keine Bitten um Feedback mehr. Falls das ein Versehen war, können Sie sich wieder anmelden.', button: 'Wieder anmelden' },
    back: { heading: 'Schön, dass Sie wieder dabei sind', text: '{account} darf Sie wieder um Feedback bitten.', button: 'Abbestellen' },
  },
  notices: {
    thanks: { heading: 'Vielen Dank', text: 'Ihre Antworten sind angekommen.' },
    answered: { heading: 'Bereits beantwortet', text: 'Diese Umfrage wurde schon beantwortet. Sie brauchen nichts weiter zu tun. Vielen Dank!' },
    expired: { heading: 'Diese Umfrage ist beendet', text: 'Die Frist ist abgelaufen, Antworten sind nicht mehr möglich. Danke, dass Sie uns helfen wollten.' },
    unknown: { heading: 'Diese Umfrage gibt es nicht', text: 'Vielleicht ist die Adresse unvollständig. Bitte öffnen Sie den ganzen Link aus Ihrer Nachricht.' },
    unknown_link: { heading: 'Diesen Link gibt es nicht', text: 'Vielleicht ist die Adresse unvollständig. Bitte öffnen Sie den ganzen Link aus Ihrer Nachricht.' },
    bad_link: { heading: 'Dieser Link funktioniert nicht', text: 'Er nennt nicht, um welches Ticket es geht. Bitte sagen Sie dem Absender Bescheid.' },
    limited: { heading: 'Einen Moment bitte', text: 'Aus Ihrem Netzwerk kamen zu viele Aufrufe. Bitte versuchen Sie es in einigen Minuten noch einmal.' },
    too_large: { heading: 'Das war zu viel', text: 'Ihre Antworten sind zu lang. Bitte gehen Sie zurück und kürzen Sie sie.' },
    not_a_form: { heading: 'Das konnten wir nicht lesen', text: 'Bitte öffnen Sie den Link aus Ihrer Nachricht und benutzen Sie das Formular.' },
    not_secure: { heading: 'Bitte nutzen Sie die sichere Adresse', text: 'Öffnen Sie den Link aus Ihrer Nachricht noch einmal, mit https am Anfang.' },
    broken: { heading: 'Da ist etwas schiefgegangen', text: 'Der Fehler liegt bei uns, und es wurde nichts gespeichert. Bitte versuchen Sie es gleich noch einmal.' },
  },
  form: {
    choose_up_to: { one: 'Wählen Sie höchstens {n} aus.', other: 'Wählen Sie höchstens {n} aus.' },
    too_many: { one: 'Bitte wählen Sie höchstens {n} aus.', other: 'Bitte wählen Sie höchstens {n} aus.' },
    text_left: { one: 'Noch {n} Zeichen übrig', other: 'Noch {n} Zeichen übrig' },
    score_of: '{score} von {max}',
    score_in_words: '{score} von {max} – {word}',
    words: ['Sehr schlecht', 'Schlecht', 'Mittel', 'Gut', 'Sehr gut'],
    about_you: 'Über Sie',
    fields: { name: 'Ihr Name', email: 'E-Mail-Adresse', telephone_number: 'Telefonnummer', company_name: 'Firma', postcode: 'Postleitzahl' },
    fault_blank: 'Bitte füllen Sie dieses Feld aus.',
    fault_email: 'Bitte geben Sie eine E-Mail-Adresse an, etwa name@example.com.',
    fault_telephone: 'Bitte geben Sie eine Telefonnummer mit Vorwahl an.',
    fault_consent: 'Bitte kreuzen Sie dieses Kästchen an, um fortzufahren.',
    change: { heading: 'Antworten ändern', link: 'Antworten ändern', button: 'Änderungen speichern' },
  },
  mail: { unsubscribe: 'Abbestellen', unsubscribe_line: 'Abbestellen: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} von {max}', middle: 'Mittelmäßig' },
  templates: {
    invitation: {
      subject: 'Wie zufrieden sind Sie mit uns?',
      body: `Hallo {{first_name/und guten Tag}},

vielen Dank für Ihr Vertrauen. Wie zufrieden sind Sie mit uns? Bitte wählen Sie:

{{rating-buttons}}

Oder öffnen Sie die Umfrage, dort können Sie uns auch mehr dazu schreiben:
{{link-to-survey}}

Vielen Dank für Ihre Zeit.`,
    },
    reminder: {
      subject: 'Kurze Erinnerung: Wie zufrieden sind Sie mit uns?',
      body: `Hallo {{first_name/und guten Tag}},

vor einigen Tagen haben wir Sie gefragt, wie zufrieden Sie mit uns sind. Wir würden uns weiterhin über Ihre Antwort freuen. Bitte wählen Sie:

{{rating-buttons}}

Oder öffnen Sie hier die Umfrage:
{{link-to-survey}}

Es dauert etwa eine Minute. Vielen Dank.`,
    },
    text_message: 'Hallo {{first_name/und guten Tag}}, wie zufrieden sind Sie mit uns? Sagen Sie es uns hier: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Wie zufrieden sind Sie mit der Hilfe, die Sie bekommen haben?',
    nps: 'Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen empfehlen?',
    nps_reason: 'Was ist der Hauptgrund für Ihre Bewertung?',
    overall: 'Wie zufrieden sind Sie insgesamt?',
    speed: 'Wie schnell haben wir reagiert?',
    understanding: 'Wie gut haben wir verstanden, was Sie brauchten?',
    information: 'Wie gut haben wir Sie auf dem Laufenden gehalten?',
    solution: 'Wie gut war die Lösung?',
    person: 'Wie zufrieden sind Sie mit der Person, die Ihnen geholfen hat?',
    project: 'Wie zufrieden sind Sie mit dem Verlauf des Projekts?',
    support: 'Wie war unser Support?',
    comment: 'Möchten Sie noch etwas hinzufügen?',
  },
  labels: {
    quality: { min: 'Sehr schlecht', max: 'Hervorragend' },
    likelihood: { min: 'Sehr unwahrscheinlich', max: 'Sehr wahrscheinlich' },
    good_or_bad: { min: 'Schlecht', max: 'Gut' },
  },
}
