/** What `/docs` says before the operations. */
export const about = `Flows, lists of actions in JSON, run on the calls of an Asterisk. Whatever is done by hand is done here: put a flow on a
number, call people, steer calls that live, see how they ended.

## Who may ask
A token, as \`Authorization: Bearer <token>\` or as \`?token=<token>\`. The one of the configuration (\`ARIFLOW_API_TOKEN\`, else in
\`data/secrets.json\`) may do everything; others are made at \`/v1.0/tokens\` with a scope: \`read\`, \`write\`, \`admin\`, \`messages\`. Each operation
names the scope that it needs. The console at \`/\` needs no token: whoever opens a link that \`ariflow console\` prints has a session there,
which may do everything, in a cookie that only the page itself can use. Whoever asks more than \`ARIFLOW_API_RATE\` times a minute gets 429.

## Answers
A resource, or \`{"result": […], "next_page_token": "…"}\`, newest first: the token asks for the next page, and is empty on the
last. What is wrong is \`{"error": {status, reason, message, details: [{path, message}]}}\`: 400 names every mistake and its place, 401
no token, 403 the wrong scope, 404 no such thing, 405 a method that the route does not have (\`Allow\` lists those it has), 409 it is
not in a state for that, 413 too large, 429 too often, 503 the store or Asterisk is away.

## Times, durations, ids
Times are UTC with microseconds, \`2022-04-11 00:23:54.724620\`; "not yet" is \`9999-01-01 00:00:00.000000\`. Durations are
milliseconds unless their description says seconds. Ids are UUIDs; "none" is the zero UUID. \`PUT\` changes the fields given.
A resource as \`GET\` shows it may be sent back whole, to \`PUT\` and \`POST\`: what is read only in it is dropped, secrets that are not
shown stay.

## Deleting
\`DELETE\` answers what was deleted. What something points to stays: 409, and \`details\` names up to 20 of those who do
(\`numbers/<id>\`: \`call_flow_id points to it\`), be it a number, a queue, a conference, or the actions of a stored flow. \`?force=true\`
deletes it and leaves them as they are; they then fail as with any id that does not exist. Calls that have begun go on.

## Flows
\`Action\` below is any action, told apart by its \`type\`; each has its own options. In any text of an option \`\${name}\` stands for a
variable; a text that is one placeholder alone may stand for a number or a boolean as well.

## Events
What happens is sent to your server as it happens: make a webhook, and see docs/webhooks.md of the project.`;

/** The sections of the operations, in the order of the page. */
export const sections = [
  { name: 'flows', description: 'What is done with a call: lists of actions' },
  { name: 'numbers', description: 'Which flow answers which number' },
  { name: 'schedules', description: 'Opening hours, which numbers and flows ask' },
  { name: 'calls', description: 'Calls: who, how they ended; new ones; steering those that live' },
  { name: 'activeflows', description: 'Flows in progress, with and without a call' },
  { name: 'queues', description: 'Where callers wait for an agent' },
  { name: 'queuecalls', description: 'Who waits, who has, and how that ended' },
  { name: 'agents', description: 'The people who take calls' },
  { name: 'conferences', description: 'Where calls meet, with a name, flows around them and perhaps an end' },
  { name: 'conferencecalls', description: 'Who is in a conference, and who was' },
  { name: 'confbridges', description: 'The bridges calls meet in' },
  { name: 'messages', description: 'What was written to people, and by them' },
  { name: 'conversations', description: 'Who writes with whom' },
  { name: 'recordings', description: 'What was recorded of calls and confbridges' },
  { name: 'recordingfiles', description: 'The audio of recordings' },
  { name: 'mailboxes', description: 'Where callers leave word for somebody who is not there' },
  { name: 'voicemails', description: 'What they have left' },
  { name: 'transcribes', description: 'What is said on calls and in recordings, written down' },
  { name: 'transcripts', description: 'What was said' },
  { name: 'extensions', description: 'Phones that register here' },
  { name: 'trunks', description: 'Ways to telephone numbers, and from them' },
  { name: 'chatbots', description: 'Chat servers that calls talk with' },
  { name: 'sounds', description: 'Prompts and music of your own' },
  { name: 'speech', description: 'Who speaks here, and who listens' },
  { name: 'webhooks', description: 'Where events are sent, and what became of them' },
  { name: 'events', description: 'What happens just now, for who looks on' },
  { name: 'tokens', description: 'Who may ask' },
  { name: 'sessions', description: 'Who is at the console, and the phone there' },
  { name: 'validation', description: 'Whether a request would be taken' },
  { name: 'links', description: 'Links for people who know nothing of us' },
  { name: 'drain', description: 'Keeping new calls out, before a stop' },
  { name: 'checks', description: 'What is wrong around the daemon' },
  { name: 'health', description: 'For whoever supervises the daemon: without a token' },
];

const letters =
  '<text x="6" y="28" font-family="sans-serif" font-size="26" font-weight="bold" fill="#fff">ariflow</text>';

export const logo = {
  type: 'image/svg+xml',
  content: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 110 40">${letters}</svg>`,
};

export const icon = {
  filename: 'icon.svg',
  rel: 'icon',
  type: 'image/svg+xml',
  sizes: 'any',
  content:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M1 8h3l2-5 4 10 2-5h3" fill="none" stroke="#186" stroke-width="2"/></svg>',
};
