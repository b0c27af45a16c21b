import { es } from './es.ts'
import type { Texts } from './shape.ts'

/** As in Spain, but for what is said otherwise: above all the simple past, and another way to greet. */
export const esMx: Texts = {
  ...es,
  lowest: 'Calificación más baja',
  highest: 'Calificación más alta',
  from_mail: 'Elegido en su correo: {score}. Puede cambiarlo.',
  saved_click: 'Gracias, su respuesta se guardó: {score}. Presione «Enviar» para agregar su comentario.',
  fault_required: 'Por favor, responda esta pregunta.',
  fault_other: 'No pudimos entender esta respuesta.',
  held_off: { heading: 'Aún no se envía', text: 'En este momento llegan demasiadas respuestas. Las suyas siguen aquí: espere unos minutos y presione «Enviar» de nuevo.' },
  opt_out: {
    ask: { heading: '¿Ya no desea recibir estos mensajes?', text: '{account} dejará de enviarle solicitudes de opinión y recordatorios.', button: 'Cancelar suscripción' },
    done: { heading: 'Su suscripción se canceló', text: '{account} ya no le enviará solicitudes de opinión. Si fue un error, puede regresar cuando guste.', button: 'Suscribirme de nuevo' },
    back: { heading: 'Qué gusto que regrese', text: '{account} podrá pedirle su opinión de nuevo.', button: 'Cancelar suscripción' },
  },
  form: { ...es.form, fault_blank: 'Llene este campo.', fault_telephone: 'Indique un número de teléfono con su lada.' },
  notices: {
    ...es.notices,
    thanks: { heading: 'Muchas gracias', text: 'Recibimos sus respuestas.' },
    answered: { heading: 'Ya se respondió', text: 'Esta encuesta ya se respondió. No tiene que hacer nada más. ¡Gracias!' },
    expired: { heading: 'Esta encuesta está cerrada', text: 'El plazo terminó y ya no se aceptan respuestas. Gracias por querer ayudarnos.' },
    unknown: { heading: 'No encontramos esta encuesta', text: 'Es posible que la dirección esté incompleta. Abra la liga completa de su mensaje.' },
    unknown_link: { heading: 'No encontramos esta liga', text: 'Es posible que la dirección esté incompleta. Abra la liga completa de su mensaje.' },
    bad_link: { heading: 'Esta liga no funciona', text: 'No indica de qué ticket se trata. Avise a quien se la envió.' },
    limited: { heading: 'Un momento, por favor', text: 'Hubo demasiadas visitas desde su red. Inténtelo de nuevo en unos minutos.' },
    too_large: { heading: 'Es demasiado largo', text: 'Sus respuestas son demasiado largas. Regrese y acórtelas.' },
    not_a_form: { heading: 'No pudimos leer el envío', text: 'Abra la liga de su mensaje y use el formulario.' },
    not_secure: { heading: 'Use la dirección segura', text: 'Abra de nuevo la liga de su mensaje, con https al principio.' },
    broken: { heading: 'Algo salió mal', text: 'El error es nuestro y no se guardó nada. Inténtelo de nuevo en un momento.' },
  },
  mail: { ...es.mail, unsubscribe: 'Cancelar suscripción', unsubscribe_line: 'Cancelar suscripción: {url}' },
  templates: {
    invitation: {
      subject: '¿Qué le pareció nuestro servicio?',
      body: `Apreciable {{first_name/cliente}}:

Gracias por su preferencia. ¿Qué le pareció nuestro servicio? Elija una respuesta:

{{rating-buttons}}

O abra la encuesta, donde también puede contarnos más:
{{link-to-survey}}

Gracias por su tiempo.`,
    },
    reminder: {
      subject: 'Un breve recordatorio: ¿qué le pareció nuestro servicio?',
      body: `Apreciable {{first_name/cliente}}:

Hace unos días le preguntamos qué le pareció nuestro servicio. Su opinión nos sigue interesando. Elija una respuesta:

{{rating-buttons}}

O abra la encuesta aquí:
{{link-to-survey}}

Solo le tomará un minuto. Muchas gracias.`,
    },
    text_message: 'Apreciable {{first_name/cliente}}: ¿qué le pareció nuestro servicio? Cuéntenos aquí: {{link-to-survey}}',
  },
  questions: {
    ticket: '¿Qué le pareció la ayuda que recibió?',
    nps: '¿Qué tan probable es que nos recomiende a un amigo o colega?',
    nps_reason: '¿Cuál es la razón principal de su calificación?',
    overall: 'En general, ¿qué le pareció nuestro servicio?',
    speed: '¿Qué le pareció la rapidez de nuestra respuesta?',
    understanding: '¿Qué tan bien entendimos lo que necesitaba?',
    information: '¿Qué tan bien le mantuvimos al tanto?',
    solution: '¿Qué le pareció la solución?',
    person: '¿Qué le pareció la persona que le atendió?',
    project: '¿Qué le pareció el desarrollo del proyecto?',
    support: '¿Qué le pareció nuestro soporte?',
    comment: '¿Desea agregar algo más?',
  },
}
