import type { Texts } from './shape.ts'

export const fi: Texts = {
  heading: 'Palautteesi',
  about: 'Aihe: {title}',
  required: 'Pakollinen',
  scale_end: '{score} = {label}',
  lowest: 'Alin arvosana',
  highest: 'Ylin arvosana',
  from_mail: 'Sähköpostissa valittu: {score}. Voit vielä muuttaa valintaa.',
  saved_click: 'Kiitos, vastauksesi on tallennettu: {score}. Lähetä-painike lisää kommenttisi.',
  widget: { label: 'Palaute', close: 'Sulje' },
  text_limit: { one: 'Enintään {n} merkki.', other: 'Enintään {n} merkkiä.' },
  choose_one: 'Valitse yksi vaihtoehto.',
  choose_any: 'Voit valita useita vaihtoehtoja.',
  no_choice: 'Valitse…',
  send: 'Lähetä',
  goes_to: 'Vastaustesi vastaanottaja: {account}.',
  faults_title_prefix: 'Tarkista: ',
  faults_heading: 'Tarkista vastauksesi',
  fault_required: 'Vastaa tähän kysymykseen.',
  fault_too_long: { one: 'Teksti on liian pitkä: enintään {n} merkki mahtuu.', other: 'Teksti on liian pitkä: enintään {n} merkkiä mahtuu.' },
  fault_choice: 'Valitse jokin annetuista vaihtoehdoista.',
  fault_other: 'Emme ymmärtäneet tätä vastausta.',
  held_off: { heading: 'Ei vielä lähetetty', text: 'Vastauksia saapuu juuri nyt liikaa. Omasi ovat yhä tässä: odota muutama minuutti ja paina sitten uudelleen Lähetä.' },
  opt_out: {
    ask: { heading: 'Etkö halua enää näitä viestejä?', text: '{account} ei enää lähetä sinulle palautepyyntöjä eikä muistutuksia.', button: 'Lopeta viestit' },
    done: { heading: 'Viestit on lopetettu', text: '{account} ei enää lähetä sinulle palautepyyntöjä. Jos tämä oli vahinko, voit ottaa viestit takaisin käyttöön.', button: 'Ota viestit takaisin käyttöön' },
    back: { heading: 'Tervetuloa takaisin', text: '{account} voi taas pyytää sinulta palautetta.', button: 'Lopeta viestit' },
  },
  notices: {
    thanks: { heading: 'Kiitos', text: 'Vastauksesi ovat tulleet perille.' },
    answered: { heading: 'Kyselyyn on jo vastattu', text: 'Tähän kyselyyn on jo vastattu. Sinun ei tarvitse tehdä muuta. Kiitos!' },
    expired: { heading: 'Kysely on suljettu', text: 'Vastausaika on päättynyt. Kiitos, että halusit auttaa.' },
    unknown: { heading: 'Kyselyä ei löytynyt', text: 'Osoite on voinut katketa. Avaa viestissäsi oleva linkki kokonaan.' },
    unknown_link: { heading: 'Linkkiä ei löytynyt', text: 'Osoite on voinut katketa. Avaa viestissäsi oleva linkki kokonaan.' },
    bad_link: { heading: 'Linkki ei toimi', text: 'Se ei kerro, mitä palvelupyyntöä se koskee. Ilmoita asiasta linkin lähettäjälle.' },
    limited: { heading: 'Hetkinen', text: 'Verkostasi tuli liian monta käyntiä. Yritä uudelleen muutaman minuutin kuluttua.' },
    too_large: { heading: 'Vastaus oli liian pitkä', text: 'Vastauksesi ovat liian pitkiä. Palaa takaisin ja lyhennä niitä.' },
    not_a_form: { heading: 'Emme pystyneet lukemaan lähetystä', text: 'Avaa viestissäsi oleva linkki ja käytä sen lomaketta.' },
    not_secure: { heading: 'Käytä suojattua osoitetta', text: 'Avaa viestissäsi oleva linkki uudelleen niin, että sen alussa on https.' },
    broken: { heading: 'Jokin meni vikaan', text: 'Vika on meidän, eikä mitään tallennettu. Yritä hetken kuluttua uudelleen.' },
  },
  form: {
    choose_up_to: { one: 'Valitse enintään {n}.', other: 'Valitse enintään {n}.' },
    too_many: { one: 'Voit valita enintään {n} vaihtoehdon.', other: 'Voit valita enintään {n} vaihtoehtoa.' },
    text_left: { one: '{n} merkki jäljellä', other: '{n} merkkiä jäljellä' },
    score_of: '{score}, enintään {max}',
    score_in_words: '{score}, enintään {max} – {word}',
    words: ['Erittäin huono', 'Huono', 'Keskinkertainen', 'Hyvä', 'Erittäin hyvä'],
    about_you: 'Tietosi',
    fields: { name: 'Nimesi', email: 'Sähköpostiosoite', telephone_number: 'Puhelinnumero', company_name: 'Yritys', postcode: 'Postinumero' },
    fault_blank: 'Täytä tämä kenttä.',
    fault_email: 'Anna sähköpostiosoite, esimerkiksi nimi@example.com.',
    fault_telephone: 'Anna puhelinnumero suuntanumeroineen.',
    fault_consent: 'Rastita tämä ruutu jatkaaksesi.',
    change: { heading: 'Muuta vastauksiasi', link: 'Muuta vastauksiasi', button: 'Tallenna muutokset' },
  },
  mail: { unsubscribe: 'Lopeta viestit', unsubscribe_line: 'Lopeta viestit: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: 'Arvosana {score} (enintään {max})', middle: 'Kohtalainen' },
  templates: {
    invitation: {
      subject: 'Miten onnistuimme?',
      body: `Hyvä {{first_name/asiakas}},

kiitos, että olet asiakkaamme. Miten onnistuimme? Valitse vastaus:

{{rating-buttons}}

Tai avaa kysely, niin voit kertoa meille enemmän:
{{link-to-survey}}

Kiitos ajastasi.`,
    },
    reminder: {
      subject: 'Lyhyt muistutus: miten onnistuimme?',
      body: `Hyvä {{first_name/asiakas}},

kysyimme muutama päivä sitten, miten onnistuimme. Kuulisimme mielellämme yhä mielipiteesi. Valitse vastaus:

{{rating-buttons}}

Tai avaa kysely tästä:
{{link-to-survey}}

Vastaaminen vie noin minuutin. Kiitos.`,
    },
    text_message: 'Hyvä {{first_name/asiakas}}, miten onnistuimme? Kerro meille tästä: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Kuinka tyytyväinen olet saamaasi apuun?',
    nps: 'Kuinka todennäköisesti suosittelisit meitä ystävälle tai työtoverille?',
    nps_reason: 'Mikä on tärkein syy antamaasi arvosanaan?',
    overall: 'Kuinka tyytyväinen olet kokonaisuutena?',
    speed: 'Kuinka nopeasti vastasimme?',
    understanding: 'Kuinka hyvin ymmärsimme tarpeesi?',
    information: 'Kuinka hyvin pidimme sinut ajan tasalla?',
    solution: 'Kuinka hyvä ratkaisu oli?',
    person: 'Kuinka tyytyväinen olet henkilöön, joka auttoi sinua?',
    project: 'Kuinka tyytyväinen olet siihen, miten projekti sujui?',
    support: 'Millaista tukemme oli?',
    comment: 'Haluatko lisätä vielä jotain?',
  },
  labels: {
    quality: { min: 'Erittäin huono', max: 'Erinomainen' },
    likelihood: { min: 'En lainkaan todennäköisesti', max: 'Erittäin todennäköisesti' },
    good_or_bad: { min: 'Huonoa', max: 'Hyvää' },
  },
}
