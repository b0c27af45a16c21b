import type { Texts } from './shape.ts'

export const ja: Texts = {
  heading: 'アンケート',
  about: '件名：{title}',
  required: '必須',
  scale_end: '{score}：{label}',
  lowest: '最も低い評価',
  highest: '最も高い評価',
  from_mail: 'メールで選ばれた「{score}」が選択されています。変更もできます。',
  saved_click: 'ありがとうございます。「{score}」を保存しました。コメントは「送信する」で追加できます。',
  widget: { label: 'ご意見', close: '閉じる' },
  text_limit: { other: '{n}文字以内でご記入ください。' },
  choose_one: '1つお選びください。',
  choose_any: '当てはまるものをすべてお選びください。',
  no_choice: '選択してください',
  send: '送信する',
  goes_to: 'ご回答は{account}に送信されます。',
  faults_title_prefix: 'ご確認ください：',
  faults_heading: 'ご回答内容をご確認ください',
  fault_required: 'この質問にお答えください。',
  fault_too_long: { other: '長すぎます。{n}文字以内でご記入ください。' },
  fault_choice: '選択肢の中からお選びください。',
  fault_other: 'この回答を読み取ることができませんでした。',
  held_off: { heading: 'まだ送信されていません', text: 'ただいま回答が集中しております。ご記入内容はそのまま残っていますので、数分後にもう一度「送信する」を押してください。' },
  opt_out: {
    ask: { heading: '配信を停止しますか？', text: '今後、{account}からアンケートのお願いやお知らせは届かなくなります。', button: '配信を停止する' },
    done: { heading: '配信を停止しました', text: '今後、{account}からアンケートのお願いは届きません。お間違いの場合は、配信を再開できます。', button: '配信を再開する' },
    back: { heading: '配信を再開しました', text: '今後、{account}からアンケートのお願いが届くことがあります。', button: '配信を停止する' },
  },
  notices: {
    thanks: { heading: 'ありがとうございました', text: 'ご回答を受け付けました。' },
    answered: { heading: '回答済みです', text: 'このアンケートはすでにご回答いただいています。これ以上の操作は必要ありません。ご協力ありがとうございました。' },
    expired: { heading: 'このアンケートは終了しました', text: '回答期間が終了したため、受付を締め切りました。ご協力のお気持ちに感謝いたします。' },
    unknown: { heading: 'アンケートが見つかりません', text: 'アドレスが途中で切れている可能性があります。メッセージのリンク全体を開いてください。' },
    unknown_link: { heading: 'リンクが見つかりません', text: 'アドレスが途中で切れている可能性があります。メッセージのリンク全体を開いてください。' },
    bad_link: { heading: 'このリンクは使用できません', text: '対象のお問い合わせが指定されていません。お手数ですが、送信元にお知らせください。' },
    limited: { heading: '少々お待ちください', text: 'お使いのネットワークからのアクセスが集中しています。数分後にもう一度お試しください。' },
    too_large: { heading: '長すぎます', text: 'ご回答が長すぎるため受け付けられませんでした。前の画面に戻り、短くしてください。' },
    not_a_form: { heading: '読み取ることができませんでした', text: 'メッセージのリンクを開き、そのフォームからご回答ください。' },
    not_secure: { heading: '安全なアドレスをご利用ください', text: 'メッセージのリンクを、httpsで始まるアドレスでもう一度開いてください。' },
    broken: { heading: '問題が発生しました', text: '当方の不具合により、何も保存されませんでした。しばらくしてからもう一度お試しください。' },
  },
  form: {
    choose_up_to: { other: '{n}つまでお選びいただけます。' },
    too_many: { other: '選べるのは{n}つまでです。' },
    text_left: { other: '残り{n}文字' },
    score_of: '{max}段階中の{score}',
    score_in_words: '{max}段階中の{score}：{word}',
    words: ['とても悪い', '悪い', 'ふつう', '良い', 'とても良い'],
    about_you: 'お客様について',
    fields: { name: 'お名前', email: 'メールアドレス', telephone_number: '電話番号', company_name: '会社名', postcode: '郵便番号' },
    fault_blank: 'この欄にご記入ください。',
    fault_email: 'メールアドレスをご記入ください（例：name@example.com）。',
    fault_telephone: '電話番号を市外局番からご記入ください。',
    fault_consent: '続けるにはチェックを入れてください。',
    change: { heading: '回答の変更', link: '回答を変更する', button: '変更を保存する' },
  },
  mail: { unsubscribe: '配信を停止する', unsubscribe_line: '配信停止：{url}', scale_ends: '{min}：{min_label}、{max}：{max_label}', point: '{max}段階中の{score}', middle: 'ふつう' },
  templates: {
    invitation: {
      subject: 'サービスはいかがでしたか？',
      body: `{{first_name/お客}}様

いつもご利用いただき、誠にありがとうございます。サービスはいかがでしたか？ 次の中からお選びください。

{{rating-buttons}}

詳しいご意見は、こちらのアンケートでもお聞かせいただけます。
{{link-to-survey}}

お忙しいところ恐れ入りますが、ご協力をお願いいたします。`,
    },
    reminder: {
      subject: '【再送】サービスはいかがでしたか？',
      body: `{{first_name/お客}}様

先日、サービスについてのアンケートをお送りしました。引き続き、ご意見をお待ちしております。次の中からお選びください。

{{rating-buttons}}

アンケートはこちらからもご覧いただけます。
{{link-to-survey}}

所要時間は1分ほどです。ご協力をお願いいたします。`,
    },
    text_message: '{{first_name/お客}}様、サービスはいかがでしたか？ ご意見をお聞かせください。 {{link-to-survey}}',
  },
  questions: {
    ticket: '今回のサポートにどの程度ご満足いただけましたか？',
    nps: '当社をご友人や同僚にお勧めいただける可能性はどのくらいありますか？',
    nps_reason: 'その点数をつけられた主な理由をお聞かせください。',
    overall: '全体として、どの程度ご満足いただけましたか？',
    speed: '対応の速さはいかがでしたか？',
    understanding: 'ご要望をどの程度理解できていたでしょうか？',
    information: '状況のご連絡は十分でしたか？',
    solution: '解決内容はいかがでしたか？',
    person: '担当者の対応にどの程度ご満足いただけましたか？',
    project: 'プロジェクトの進み方にどの程度ご満足いただけましたか？',
    support: 'サポートはいかがでしたか？',
    comment: 'その他、ご意見がございましたらお聞かせください。',
  },
  labels: {
    quality: { min: '非常に悪い', max: '非常に良い' },
    likelihood: { min: '全くない', max: '非常に高い' },
    good_or_bad: { min: '悪い', max: '良い' },
  },
}
