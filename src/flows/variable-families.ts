/** What can be asked for: it goes into the argument of a dialplan function. */
export const headerName = /^[A-Za-z0-9-]{1,64}$/;

/** Whole families, by what their names begin with. */
export const variableFamilies = {
  'voipbin.call.sip.header.': {
    title: 'SIP headers',
    names: headerName,
    when: "On an incoming call: the header of that name of its INVITE, whatever its letters' case.",
    values: "the header's value; empty where the INVITE has none",
  },
  'user.key.': {
    title: 'The person at the other end',
    names: /^./,
    when: 'What this or an earlier flow with the same other party has set: it stays with his number.',
    values: 'anything, up to 64 KiB together',
  },
} as const;
