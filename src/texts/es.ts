import type { Texts } from './shape.ts'

export const es: Texts = {
  heading: 'Su opinión',
  about: 'Asunto: {title}',
  required: 'Obligatorio',
  scale_end: '{score} = {label}',
  lowest: 'Nota más baja',
  highest: 'Nota más alta',
  from_mail: 'Elegido en su correo electrónico: {score}. Puede cambiarlo.',
  saved_click: 'Gracias, su respuesta se ha guardado: {score}. Pulse «Enviar» para añadir su comentario.',
  widget: { label: 'Tu opinión', close: 'Cerrar' },
  text_limit: { one: '{n} carácter como máximo.', many: '{n} de caracteres como máximo.', other: '{n} caracteres como máximo.' },
  choose_one: 'Elija una respuesta.',
  choose_any: 'Puede elegir varias respuestas.',
  no_choice: 'Elija…',
  send: 'Enviar',
  goes_to: 'Sus respuestas se envían a {account}.',
  faults_title_prefix: 'Revise: ',
  faults_heading: 'Revise sus respuestas',
  fault_required: 'Responda a esta pregunta.',
  fault_too_long: { one: 'El texto es demasiado largo: {n} carácter como máximo.', many: 'El texto es demasiado largo: {n} de caracteres como máximo.', other: 'El texto es demasiado largo: {n} caracteres como máximo.' },
  fault_choice: 'Elija una de las respuestas propuestas.',
  fault_other: 'No hemos podido entender esta respuesta.',
  held_off: { heading: 'Aún no se ha enviado', text: 'En este momento llegan demasiadas respuestas. Las suyas siguen aquí: espere unos minutos y pulse «Enviar» de nuevo.' },
  opt_out: {
    ask: { heading: '¿No quiere recibir más mensajes?', text: '{account} dejará de enviarle peticiones de opinión y recordatorios.', button: 'Darme de baja' },
    done: { heading: 'Se ha dado de baja', text: '{account} no le enviará más peticiones de opinión. Si ha sido un error, puede volver cuando quiera.', button: 'Volver a suscribirme' },
    back: { heading: 'Nos alegra que vuelva', text: '{account} podrá pedirle de nuevo su opinión.', button: 'Darme de baja' },
  },
  notices: {
    thanks: { heading: 'Muchas gracias', text: 'Hemos recibido sus respuestas.' },
    answered: { heading: 'Ya está respondida', text: 'Esta encuesta ya se ha respondido. No tiene que hacer nada más. ¡Gracias!' },
    expired: { heading: 'Esta encuesta está cerrada', text: 'El plazo ha terminado y ya no admite respuestas. Gracias por querer ayudarnos.' },
    unknown: { heading: 'No encontramos esta encuesta', text: 'Puede que la dirección esté incompleta. Abra el enlace completo de su mensaje.' },
    unknown_link: { heading: 'No encontramos este enlace', text: 'Puede que la dirección esté incompleta. Abra el enlace completo de su mensaje.' },
    bad_link: { heading: 'Este enlace no funciona', text: 'No indica de qué incidencia se trata. Avise a quien se lo haya enviado.' },
    limited: { heading: 'Un momento, por favor', text: 'Ha habido demasiadas visitas desde su red. Vuelva a intentarlo dentro de unos minutos.' },
    too_large: { heading: 'Es demasiado largo', text: 'Sus respuestas son demasiado largas. Vuelva atrás y acórtelas.' },
    not_a_form: { heading: 'No hemos podido leer el envío', text: 'Abra el enlace de su mensaje y use el formulario.' },
    not_secure: { heading: 'Use la dirección segura', text: 'Abra de nuevo el enlace de su mensaje, con https al principio.' },
    broken: { heading: 'Algo ha fallado', text: 'El error es nuestro y no se ha guardado nada. Vuelva a intentarlo dentro de un momento.' },
  },
  form: {
    choose_up_to: { one: 'Elija {n} respuesta como máximo.', many: 'Elija {n} de respuestas como máximo.', other: 'Elija {n} respuestas como máximo.' },
    too_many: { one: 'No elija más de {n} respuesta.', many: 'No elija más de {n} de respuestas.', other: 'No elija más de {n} respuestas.' },
    text_left: { one: 'Queda {n} carácter', many: 'Quedan {n} de caracteres', other: 'Quedan {n} caracteres' },
    score_of: '{score} de {max}',
    score_in_words: '{score} de {max} – {word}',
    words: ['Muy malo', 'Malo', 'Regular', 'Bueno', 'Muy bueno'],
    about_you: 'Sus datos',
    fields: { name: 'Su nombre', email: 'Correo electrónico', telephone_number: 'Número de teléfono', company_name: 'Empresa', postcode: 'Código postal' },
    fault_blank: 'Rellene este campo.',
    fault_email: 'Indique un correo electrónico, por ejemplo nombre@example.com.',
    fault_telephone: 'Indique un número de teléfono con su prefijo.',
    fault_consent: 'Marque esta casilla para continuar.',
    change: { heading: 'Cambiar sus respuestas', link: 'Cambiar sus respuestas', button: 'Guardar los cambios' },
  },
  mail: { unsubscribe: 'Darse de baja', unsubscribe_line: 'Darse de baja: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} de {max}', middle: 'Regular' },
  templates: {
    invitation: {
      subject: '¿Qué le ha parecido nuestro servicio?',
      body: `Buenos días, {{first_name/estimado cliente}}:

Gracias por confiar en nosotros. ¿Qué le ha parecido nuestro servicio? Elija una respuesta:

{{rating-buttons}}

O abra la encuesta, donde también puede contarnos más:
{{link-to-survey}}

Gracias por su tiempo.`,
    },
    reminder: {
      subject: 'Un breve recordatorio: ¿qué le ha parecido nuestro servicio?',
      body: `Buenos días, {{first_name/estimado cliente}}:

Hace unos días le preguntamos qué le había parecido nuestro servicio. Nos sigue interesando su opinión. Elija una respuesta:

{{rating-buttons}}

O abra la encuesta aquí:
{{link-to-survey}}

Solo le llevará un minuto. Muchas gracias.`,
    },
    text_message: 'Buenos días, {{first_name/estimado cliente}}: ¿qué le ha parecido nuestro servicio? Cuéntenoslo aquí: {{link-to-survey}}',
  },
  questions: {
    ticket: '¿Qué le ha parecido la ayuda que ha recibido?',
    nps: '¿Qué probabilidad hay de que nos recomiende a un amigo o compañero?',
    nps_reason: '¿Cuál es el motivo principal de su nota?',
    overall: 'En general, ¿qué le ha parecido nuestro servicio?',
    speed: '¿Qué le ha parecido la rapidez de nuestra respuesta?',
    understanding: '¿Hasta qué punto hemos entendido lo que necesitaba?',
    information: '¿Hasta qué punto le hemos mantenido al corriente?',
    solution: '¿Qué le ha parecido la solución?',
    person: '¿Qué le ha parecido la persona que le ha atendido?',
    project: '¿Qué le ha parecido la marcha del proyecto?',
    support: '¿Qué le ha parecido nuestra asistencia?',
    comment: '¿Quiere añadir algo más?',
  },
  labels: {
    quality: { min: 'Muy mal', max: 'Excelente' },
    likelihood: { min: 'Nada probable', max: 'Muy probable' },
    good_or_bad: { min: 'Mal', max: 'Bien' },
  },
}
