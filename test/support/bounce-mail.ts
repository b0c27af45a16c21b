export interface Bounce {
  /** Where it is sent back to. */
  to?: string
  action?: string
  status?: string
  recipient?: string
  diagnosis?: string
  /** Headers of the mail that came back. */
  original?: string
  type?: string
}

/** A report of a mail server about a mail that it could not deliver (RFC 3464), as it arrives at the mailbox of the envelope's sender. */
export function bounceMail(bounce: Bounce = {}): string {
  const { to = 'feedback@acme.test', action = 'failed', status = '5.1.1', recipient = 'jo@client.test', diagnosis = 'smtp; 550 5.1.1 <jo@client.test>: no such user here', original = 'Subject: How did we do?', type = 'message/rfc822' } = bounce
  return `Return-Path: <>
Received: from mx.client.test by mail.acme.test; Mon, 16 Mar 2026 11:00:00 +0000
From: Mail Delivery System <MAILER-DAEMON@mx.client.test>
To: <${to}>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="A5F6.1773658800/mx.client.test"

This is a MIME-encapsulated message.

--A5F6.1773658800/mx.client.test
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--A5F6.1773658800/mx.client.test
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.client.test
Arrival-Date: Mon, 16 Mar 2026 11:00:00 +0000

Final-Recipient: rfc822; ${recipient}
Original-Recipient: rfc822;${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: ${diagnosis}

--A5F6.1773658800/mx.client.test
Content-Type: ${type}

${original}
From: Acme <feedback@acme.test>

Hello

--A5F6.1773658800/mx.client.test--
`.replace(/\r?\n/g, '\r\n')
}
