import type { Texts } from './shape.ts'

export const fr: Texts = {
  heading: 'Votre avis',
  about: 'Objet\u00a0: {title}',
  required: 'Obligatoire',
  scale_end: '{score} = {label}',
  lowest: 'Note la plus basse',
  highest: 'Note la plus haute',
  from_mail: 'Choix repris de votre e-mail\u00a0: {score}. Vous pouvez le modifier.',
  saved_click: 'Merci, votre réponse est enregistrée\u00a0: {score}. «\u00a0Envoyer\u00a0» y ajoute votre commentaire.',
  widget: { label: 'Votre avis', close: 'Fermer' },
  text_limit: { one: '{n} caractère au maximum.', many: '{n} de caractères au maximum.', other: '{n} caractères au maximum.' },
  choose_one: 'Choisissez une réponse.',
  choose_any: 'Plusieurs réponses possibles.',
  no_choice: 'Choisir…',
  send: 'Envoyer',
  goes_to: 'Vos réponses sont transmises à {account}.',
  faults_title_prefix: 'À vérifier\u00a0: ',
  faults_heading: 'Veuillez vérifier vos réponses',
  fault_required: 'Veuillez répondre à cette question.',
  fault_too_long: {
    one: 'Cette réponse est trop longue\u00a0: {n} caractère au maximum.', many: 'Cette réponse est trop longue\u00a0: {n} de caractères au maximum.', other: 'Cette réponse est trop longue\u00a0: {n} caractères au maximum.',
  },
  fault_choice: 'Veuillez choisir l’une des réponses proposées.',
  fault_other: 'Nous n’avons pas pu comprendre cette réponse.',
  held_off: {
    heading: 'Réponses pas encore envoyées',
    text: 'Nous recevons trop de réponses en ce moment. Les vôtres sont toujours là\u00a0: veuillez patienter quelques minutes, puis appuyer de nouveau sur «\u00a0Envoyer\u00a0».',
  },
  opt_out: {
    ask: { heading: 'Ne plus recevoir ces messages\u00a0?', text: '{account} ne vous enverra plus ni demande d’avis ni rappel.', button: 'Se désabonner' },
    done: { heading: 'Désabonnement enregistré', text: '{account} ne vous enverra plus de demande d’avis. Si c’était une erreur, vous pouvez vous réabonner.', button: 'Se réabonner' },
    back: { heading: 'Bon retour parmi nous', text: '{account} pourra de nouveau vous demander votre avis.', button: 'Se désabonner' },
  },
  notices: {
    thanks: { heading: 'Merci', text: 'Vos réponses nous sont bien parvenues.' },
    answered: { heading: 'Réponse déjà enregistrée', text: 'Ce questionnaire a déjà été rempli. Vous n’avez plus rien à faire. Merci\u00a0!' },
    expired: { heading: 'Ce questionnaire est clos', text: 'Le délai de réponse est dépassé. Merci d’avoir voulu nous aider.' },
    unknown: { heading: 'Questionnaire introuvable', text: 'L’adresse est peut-être incomplète. Veuillez ouvrir le lien entier qui figure dans votre message.' },
    unknown_link: { heading: 'Lien introuvable', text: 'L’adresse est peut-être incomplète. Veuillez ouvrir le lien entier qui figure dans votre message.' },
    bad_link: { heading: 'Ce lien ne fonctionne pas', text: 'Il n’indique pas de quel ticket il s’agit. Veuillez prévenir la personne qui vous l’a envoyé.' },
    limited: { heading: 'Un instant, s’il vous plaît', text: 'Il y a eu trop de visites depuis votre réseau. Veuillez réessayer dans quelques minutes.' },
    too_large: { heading: 'C’est trop long', text: 'Vos réponses sont trop longues pour être enregistrées. Veuillez revenir en arrière et les raccourcir.' },
    not_a_form: { heading: 'Nous n’avons pas pu lire cet envoi', text: 'Veuillez ouvrir le lien qui figure dans votre message et utiliser son formulaire.' },
    not_secure: { heading: 'Veuillez utiliser l’adresse sécurisée', text: 'Ouvrez de nouveau le lien de votre message, avec https au début.' },
    broken: { heading: 'Une erreur est survenue', text: 'Elle vient de notre côté et rien n’a été enregistré. Veuillez réessayer dans un instant.' },
  },
  form: {
    choose_up_to: { one: 'Choisissez {n} réponse au maximum.', many: 'Choisissez {n} de réponses au maximum.', other: 'Choisissez {n} réponses au maximum.' },
    too_many: { one: 'Veuillez ne pas choisir plus de {n} réponse.', many: 'Veuillez ne pas choisir plus de {n} de réponses.', other: 'Veuillez ne pas choisir plus de {n} réponses.' },
    text_left: { one: '{n} caractère restant', many: '{n} de caractères restants', other: '{n} caractères restants' },
    score_of: '{score} sur {max}',
    score_in_words: '{score} sur {max} – {word}',
    words: ['Très mauvais', 'Mauvais', 'Moyen', 'Bon', 'Très bon'],
    about_you: 'Vos coordonnées',
    fields: { name: 'Votre nom', email: 'Adresse e-mail', telephone_number: 'Numéro de téléphone', company_name: 'Entreprise', postcode: 'Code postal' },
    fault_blank: 'Veuillez remplir ce champ.',
    fault_email: 'Veuillez indiquer une adresse e-mail, par exemple nom@example.com.',
    fault_telephone: 'Veuillez indiquer un numéro de téléphone avec son indicatif.',
    fault_consent: 'Veuillez cocher cette case pour continuer.',
    change: { heading: 'Modifier vos réponses', link: 'Modifier vos réponses', button: 'Enregistrer les modifications' },
  },
  mail: { unsubscribe: 'Se désabonner', unsubscribe_line: 'Se désabonner\u00a0: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} sur {max}', middle: 'Moyen' },
  templates: {
    invitation: {
      subject: 'Que pensez-vous de notre service\u00a0?',
      body: `Bonjour {{first_name/à vous}},

Merci de votre confiance. Que pensez-vous de notre service\u00a0? Choisissez une réponse\u00a0:

{{rating-buttons}}

Ou ouvrez le questionnaire, où vous pourrez nous en dire plus\u00a0:
{{link-to-survey}}

Merci du temps que vous nous accordez.`,
    },
    reminder: {
      subject: 'Petit rappel\u00a0: que pensez-vous de notre service\u00a0?',
      body: `Bonjour {{first_name/à vous}},

Il y a quelques jours, nous vous avons demandé ce que vous pensiez de notre service. Votre avis nous intéresse toujours. Choisissez une réponse\u00a0:

{{rating-buttons}}

Ou ouvrez le questionnaire ici\u00a0:
{{link-to-survey}}

Cela vous prendra environ une minute. Merci.`,
    },
    text_message: 'Bonjour {{first_name/à vous}}, que pensez-vous de notre service\u00a0? Votre avis en une minute\u00a0: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Que pensez-vous de l’aide que vous avez reçue\u00a0?',
    nps: 'Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue\u00a0?',
    nps_reason: 'Quelle est la raison principale de votre note\u00a0?',
    overall: 'Quel est votre niveau de satisfaction générale\u00a0?',
    speed: 'Avons-nous répondu rapidement\u00a0?',
    understanding: 'Avons-nous bien compris votre besoin\u00a0?',
    information: 'Vous avons-nous bien tenu au courant\u00a0?',
    solution: 'Que pensez-vous de la solution apportée\u00a0?',
    person: 'Que pensez-vous de la personne qui s’est occupée de vous\u00a0?',
    project: 'Que pensez-vous du déroulement du projet\u00a0?',
    support: 'Que pensez-vous de notre assistance\u00a0?',
    comment: 'Souhaitez-vous ajouter quelque chose\u00a0?',
  },
  labels: {
    quality: { min: 'Très mauvais', max: 'Excellent' },
    likelihood: { min: 'Pas du tout probable', max: 'Très probable' },
    good_or_bad: { min: 'Mauvais', max: 'Bon' },
  },
}
