/** What the tickets of each board are about. */
export const BOARDS: Readonly<Record<string, readonly string[]>> = {
  Helpdesk: [
    'Unable to access shared drive', 'Password expired while travelling', 'Printer on second floor offline', 'Outlook asks for credentials again and again', 'New starter needs an account',
    'Laptop does not wake from sleep', 'Two screens, only one picture', 'Accounts software freezes at month end', 'Spam from a known supplier', 'Headset not found in calls',
  ],
  Networking: ['Wireless drops in the meeting room', 'VPN disconnects every hour', 'Slow link to the branch office', 'Guest network has no internet', 'Switch in the warehouse is down'],
  Cloud: ['Mailbox over its quota', 'Shared calendar shows no entries', 'Files vanish after sync', 'Licence for the design team', 'Second factor on a new phone'],
  Onsite: ['Replace the desk phone', 'Move four desks to the new wing', 'Server room is too warm', 'Install the new label printer', 'Cabling for the reception'],
}

/** What people write, from very negative to very positive; `{first}` is the technician's first name. */
export const COMMENTS: readonly (readonly string[])[] = [
  ['Third time this month and still not fixed.', 'Nobody called back for four days.', 'We had to explain everything from the beginning, again.', 'Closed without asking us. It does not work.'],
  ['Took far too long.', 'It works for now, but I doubt that it will last.', 'I had to chase this twice.', 'The fix broke something else.'],
  ['Fine in the end.', 'Fixed, though it took a second visit.', 'Average. A short update in between would have helped.'],
  ['Good and quick.', '{first} was friendly and knew what to do.', 'Sorted the same day, thank you.', 'Clear explanation of what went wrong.'],
  ['{first} is brilliant, please keep sending {first}!', 'Fixed within the hour. Excellent.', 'Best support we ever had.', 'Went out of the way to help before our deadline. Thank you, {first}.', 'Perfect, as always.'],
]

/** Why people would recommend or not, by the same five moods. */
export const REASONS: readonly (readonly string[])[] = [
  ['We are looking at other providers.', 'Every ticket needs three reminders.'],
  ['Response times got worse over the year.', 'Too many different people for one problem.'],
  ['It is all right, but nothing special.', 'Good people, slow processes.'],
  ['Reliable, and they know our systems.', 'Mostly quick, always polite.'],
  ['They feel like our own IT department.', 'Honest advice, even when it sells less.', 'I already recommended you to two friends.'],
]

export const USER_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
] as const
