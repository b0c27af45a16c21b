import type { Texts } from './shape.ts'

export const zhCn: Texts = {
  heading: '您的反馈',
  about: '主题：{title}',
  required: '必填',
  scale_end: '{score} = {label}',
  lowest: '最低分',
  highest: '最高分',
  from_mail: '已按您在邮件中的选择选中“{score}”。您可以更改。',
  saved_click: '谢谢，您的选择“{score}”已保存。点击“提交”可添加您的意见。',
  widget: { label: '反馈', close: '关闭' },
  text_limit: { other: '最多 {n} 个字符。' },
  choose_one: '请选择一项。',
  choose_any: '可选择多项。',
  no_choice: '请选择…',
  send: '提交',
  goes_to: '您的回答将发送给 {account}。',
  faults_title_prefix: '请检查：',
  faults_heading: '请检查您的回答',
  fault_required: '请回答此问题。',
  fault_too_long: { other: '内容过长：最多 {n} 个字符。' },
  fault_choice: '请从所列选项中选择。',
  fault_other: '我们无法识别此回答。',
  held_off: { heading: '尚未提交', text: '目前收到的回答过多。您填写的内容仍在这里：请稍等几分钟，然后再次点击“提交”。' },
  opt_out: {
    ask: { heading: '不再接收这类消息？', text: '{account} 将不再向您发送反馈邀请和提醒。', button: '退订' },
    done: { heading: '您已退订', text: '{account} 将不再向您发送反馈邀请。如果这是误操作，您可以重新订阅。', button: '重新订阅' },
    back: { heading: '欢迎回来', text: '{account} 可以再次邀请您提供反馈。', button: '退订' },
  },
  notices: {
    thanks: { heading: '谢谢您', text: '我们已收到您的回答。' },
    answered: { heading: '已经回答过了', text: '此问卷已有回答，您无需再做任何操作。谢谢！' },
    expired: { heading: '此问卷已关闭', text: '答题时间已结束，不再接受回答。感谢您的支持。' },
    unknown: { heading: '找不到此问卷', text: '网址可能不完整。请打开您所收消息中的完整链接。' },
    unknown_link: { heading: '找不到此链接', text: '网址可能不完整。请打开您所收消息中的完整链接。' },
    bad_link: { heading: '此链接无法使用', text: '链接中没有说明对应哪个工单。请告知向您发送此链接的人。' },
    limited: { heading: '请稍候', text: '来自您所在网络的访问过多。请几分钟后再试。' },
    too_large: { heading: '内容过多', text: '您的回答过长，无法接收。请返回并缩短内容。' },
    not_a_form: { heading: '无法读取提交的内容', text: '请打开您所收消息中的链接，并使用其中的表单。' },
    not_secure: { heading: '请使用安全网址', text: '请重新打开您所收消息中的链接，并确保以 https 开头。' },
    broken: { heading: '出错了', text: '这是我们的问题，没有保存任何内容。请稍后再试。' },
  },
  form: {
    choose_up_to: { other: '最多选择 {n} 项。' },
    too_many: { other: '选择不能超过 {n} 项。' },
    text_left: { other: '还可输入 {n} 个字符' },
    score_of: '{max} 分中的 {score} 分',
    score_in_words: '{max} 分中的 {score} 分：{word}',
    words: ['很差', '较差', '一般', '好', '很好'],
    about_you: '您的信息',
    fields: { name: '您的姓名', email: '电子邮箱', telephone_number: '电话号码', company_name: '公司', postcode: '邮政编码' },
    fault_blank: '请填写此项。',
    fault_email: '请填写电子邮箱，例如 name@example.com。',
    fault_telephone: '请填写电话号码（含区号）。',
    fault_consent: '请勾选此项以继续。',
    change: { heading: '修改您的回答', link: '修改您的回答', button: '保存修改' },
  },
  mail: { unsubscribe: '退订', unsubscribe_line: '退订：{url}', scale_ends: '{min} = {min_label}，{max} = {max_label}', point: '{max} 分中的 {score} 分', middle: '一般' },
  templates: {
    invitation: {
      subject: '您对我们的服务满意吗？',
      body: `{{first_name/尊敬的客户}}，您好！

感谢您选择我们。您对我们的服务满意吗？请选择：

{{rating-buttons}}

您也可以打开问卷，告诉我们更多想法：
{{link-to-survey}}

感谢您抽出时间。`,
    },
    reminder: {
      subject: '温馨提醒：您对我们的服务满意吗？',
      body: `{{first_name/尊敬的客户}}，您好！

几天前，我们曾邀请您评价我们的服务。我们仍然很想听听您的意见。请选择：

{{rating-buttons}}

您也可以在这里打开问卷：
{{link-to-survey}}

大约只需一分钟。谢谢您。`,
    },
    text_message: '{{first_name/尊敬的客户}}，您好！您对我们的服务满意吗？请告诉我们： {{link-to-survey}}',
  },
  questions: {
    ticket: '您对所获得的帮助满意吗？',
    nps: '您有多大可能将我们推荐给朋友或同事？',
    nps_reason: '您打这个分数的主要原因是什么？',
    overall: '总体而言，您有多满意？',
    speed: '我们的响应速度如何？',
    understanding: '我们对您的需求理解得如何？',
    information: '我们是否及时向您通报了进展？',
    solution: '解决方案如何？',
    person: '您对为您提供帮助的人员满意吗？',
    project: '您对项目的进展情况满意吗？',
    support: '我们的支持服务如何？',
    comment: '您还有什么想补充的吗？',
  },
  labels: {
    quality: { min: '非常差', max: '非常好' },
    likelihood: { min: '完全不可能', max: '非常可能' },
    good_or_bad: { min: '不好', max: '好' },
  },
}
