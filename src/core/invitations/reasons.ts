/** Why an invitation or a reminder was not sent. Stable texts: faces show them as they are. */
export const NOT_SENT_REASONS = [
  'over-survey protection', 'unsubscribed', 'blocked address', 'invalid address', 'cancelled', 'template archived', 'survey archived',
  'text messages not enabled', 'already responded', 'customer data deleted', 'delivery failed',
] as const
export type NotSentReason = typeof NOT_SENT_REASONS[number]
