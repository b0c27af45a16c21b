import type { Texts } from './shape.ts'

export const it: Texts = {
  heading: 'Il Suo parere',
  about: 'Oggetto: {title}',
  required: 'Obbligatorio',
  scale_end: '{score} = {label}',
  lowest: 'Voto minimo',
  highest: 'Voto massimo',
  from_mail: 'Scelta ripresa dalla Sua e-mail: {score}. Può modificarla.',
  saved_click: 'Grazie, la Sua risposta è stata salvata: {score}. Con «Invia» aggiunge il Suo commento.',
  widget: { label: 'Il tuo parere', close: 'Chiudi' },
  text_limit: { one: 'Al massimo {n} carattere.', many: 'Al massimo {n} di caratteri.', other: 'Al massimo {n} caratteri.' },
  choose_one: 'Scelga una risposta.',
  choose_any: 'Può scegliere più risposte.',
  no_choice: 'Scelga…',
  send: 'Invia',
  goes_to: 'Le Sue risposte vengono inviate a {account}.',
  faults_title_prefix: 'Da controllare: ',
  faults_heading: 'Controlli le Sue risposte',
  fault_required: 'Risponda a questa domanda.',
  fault_too_long: { one: 'Il testo è troppo lungo: al massimo {n} carattere.', many: 'Il testo è troppo lungo: al massimo {n} di caratteri.', other: 'Il testo è troppo lungo: al massimo {n} caratteri.' },
  fault_choice: 'Scelga una delle risposte proposte.',
  fault_other: 'Non siamo riusciti a interpretare questa risposta.',
  held_off: { heading: 'Non ancora inviato', text: 'In questo momento arrivano troppe risposte. Le Sue sono ancora qui: attenda qualche minuto e prema di nuovo «Invia».' },
  opt_out: {
    ask: { heading: 'Non vuole più ricevere questi messaggi?', text: '{account} non Le invierà più richieste di parere né promemoria.', button: 'Annulla iscrizione' },
    done: { heading: 'Iscrizione annullata', text: '{account} non Le invierà più richieste di parere. Se è stato un errore, può iscriversi di nuovo.', button: 'Riprendi iscrizione' },
    back: { heading: 'Felici di ritrovarLa', text: '{account} potrà di nuovo chiedere il Suo parere.', button: 'Annulla iscrizione' },
  },
  notices: {
    thanks: { heading: 'Grazie', text: 'Le Sue risposte sono arrivate.' },
    answered: { heading: 'Risposta già ricevuta', text: 'A questo sondaggio è già stato risposto. Non deve fare altro. Grazie!' },
    expired: { heading: 'Questo sondaggio è chiuso', text: 'Il termine è scaduto e non è più possibile rispondere. Grazie per aver voluto aiutarci.' },
    unknown: { heading: 'Sondaggio non trovato', text: 'L’indirizzo potrebbe essere incompleto. Apra il link intero contenuto nel Suo messaggio.' },
    unknown_link: { heading: 'Link non trovato', text: 'L’indirizzo potrebbe essere incompleto. Apra il link intero contenuto nel Suo messaggio.' },
    bad_link: { heading: 'Questo link non funziona', text: 'Non indica di quale ticket si tratta. Avvisi chi glielo ha inviato.' },
    limited: { heading: 'Un momento', text: 'Dalla Sua rete sono arrivate troppe visite. Riprovi tra qualche minuto.' },
    too_large: { heading: 'Testo troppo lungo', text: 'Le Sue risposte sono troppo lunghe. Torni indietro e le accorci.' },
    not_a_form: { heading: 'Non siamo riusciti a leggere l’invio', text: 'Apra il link contenuto nel Suo messaggio e usi il modulo.' },
    not_secure: { heading: 'Usi l’indirizzo sicuro', text: 'Apra di nuovo il link del Suo messaggio, con https all’inizio.' },
    broken: { heading: 'Qualcosa è andato storto', text: 'L’errore è nostro e non è stato salvato nulla. Riprovi tra un momento.' },
  },
  form: {
    choose_up_to: { one: 'Scelga al massimo {n} risposta.', many: 'Scelga al massimo {n} di risposte.', other: 'Scelga al massimo {n} risposte.' },
    too_many: { one: 'Può scegliere non più di {n} risposta.', many: 'Può scegliere non più di {n} di risposte.', other: 'Può scegliere non più di {n} risposte.' },
    text_left: { one: '{n} carattere rimasto', many: '{n} di caratteri rimasti', other: '{n} caratteri rimasti' },
    score_of: '{score} su {max}',
    score_in_words: '{score} su {max} – {word}',
    words: ['Pessimo', 'Scarso', 'Discreto', 'Buono', 'Ottimo'],
    about_you: 'I suoi dati',
    fields: { name: 'Il suo nome', email: 'Indirizzo e-mail', telephone_number: 'Numero di telefono', company_name: 'Azienda', postcode: 'CAP' },
    fault_blank: 'Compili questo campo.',
    fault_email: 'Indichi un indirizzo e-mail, ad esempio nome@example.com.',
    fault_telephone: 'Indichi un numero di telefono completo di prefisso.',
    fault_consent: 'Selezioni questa casella per continuare.',
    change: { heading: 'Modificare le risposte', link: 'Modifica le risposte', button: 'Salva le modifiche' },
  },
  mail: { unsubscribe: 'Annulla iscrizione', unsubscribe_line: 'Annulla iscrizione: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} su {max}', middle: 'Così così' },
  templates: {
    invitation: {
      subject: 'Come è andata con noi?',
      body: `Gentile {{first_name/cliente}},

grazie per averci scelto. Come valuta il nostro servizio? Scelga una risposta:

{{rating-buttons}}

Oppure apra il sondaggio, dove può anche dirci di più:
{{link-to-survey}}

Grazie per il Suo tempo.`,
    },
    reminder: {
      subject: 'Un breve promemoria: come è andata con noi?',
      body: `Gentile {{first_name/cliente}},

qualche giorno fa Le abbiamo chiesto come valuta il nostro servizio. Ci farebbe ancora piacere conoscere il Suo parere. Scelga una risposta:

{{rating-buttons}}

Oppure apra qui il sondaggio:
{{link-to-survey}}

Basta circa un minuto. Grazie.`,
    },
    text_message: 'Gentile {{first_name/cliente}}, come valuta il nostro servizio? Ce lo dica qui: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Come valuta l’assistenza che ha ricevuto?',
    nps: 'Con quale probabilità ci consiglierebbe a un amico o a un collega?',
    nps_reason: 'Qual è il motivo principale del Suo voto?',
    overall: 'Nel complesso, come valuta il nostro servizio?',
    speed: 'Come valuta la rapidità della nostra risposta?',
    understanding: 'Quanto bene abbiamo capito le Sue esigenze?',
    information: 'Quanto bene L’abbiamo tenuta al corrente?',
    solution: 'Come valuta la soluzione?',
    person: 'Come valuta la persona che L’ha assistita?',
    project: 'Come valuta lo svolgimento del progetto?',
    support: 'Come valuta la nostra assistenza?',
    comment: 'Desidera aggiungere qualcosa?',
  },
  labels: {
    quality: { min: 'Pessimo', max: 'Eccellente' },
    likelihood: { min: 'Per niente probabile', max: 'Molto probabile' },
    good_or_bad: { min: 'Male', max: 'Bene' },
  },
}
