/** What happens to each kind of thing: `call` + `hungup` = `call_hungup`. */
const kinds = {
  activeflow: ['created', 'updated', 'deleted'],
  call: ['created', 'ringing', 'answered', 'updated', 'hungup', 'transferred'],
  message: ['created', 'updated', 'deleted'],
  recording: ['created', 'updated', 'deleted'],
  transcribe: ['created', 'updated', 'deleted'],
  transcript: ['created'],
  queue: ['created', 'updated', 'deleted'],
  queuecall: ['created', 'entering', 'kicking', 'serviced', 'done', 'abandoned'],
  agent: ['created', 'updated', 'deleted', 'status_updated'],
  conference: ['created', 'updated', 'deleted'],
  confbridge: ['created', 'updated', 'deleted'],
  action: ['failed'],
  amd: ['finished'],
  digits: ['received'],
  external_media: ['started', 'stopped', 'failed'],
  media: ['stalled'],
  webhook: ['disabled'],
} as const;

/** The tutorial's words; each is a family, or a type with a condition on the event's data. */
const words: Readonly<
  Record<string, { readonly type: string; readonly data?: Readonly<Record<string, string>> }>
> = {
  'call.status': { type: 'call_*' },
  'call.completed': { type: 'call_hungup' },
  'message.received': { type: 'message_created', data: { direction: 'inbound' } },
  'recording.completed': { type: 'recording_updated', data: { status: 'done' } },
  'transcribe.completed': { type: 'transcribe_updated', data: { status: 'done' } },
};

const names = new Map<string, string>(
  Object.entries(kinds).flatMap(([kind, moments]) =>
    moments.map((moment) => [`${kind}_${moment}`, `${kind}_*`] as const),
  ),
);

const spellings = new Set(['*', ...names.keys(), ...names.values(), ...Object.keys(words)]);

/** Whether a webhook may subscribe to this: an event's name, a family (`call_*`), `*` or one of the tutorial's words. */
export function isEventType(spelling: string): boolean {
  return spellings.has(spelling);
}

/** Everything a webhook may subscribe to. */
export function eventTypes(): Iterable<string> {
  return spellings.values();
}

/** Whether an endpoint with these `event_types` wants the event. None given means all, an empty list none. */
export function matches(
  eventTypes: readonly string[] | undefined,
  event: { readonly type: string; readonly data: object },
): boolean {
  if (eventTypes === undefined) return true;
  const family = names.get(event.type);
  return eventTypes.some((spelling) => {
    const word = Object.hasOwn(words, spelling) ? words[spelling] : undefined;
    const type = word?.type ?? spelling;
    if (type !== '*' && type !== event.type && type !== family) return false;
    if (!word?.data) return true;
    const data: Readonly<Record<string, unknown>> = { ...event.data };
    return Object.entries(word.data).every(([key, value]) => data[key] === value);
  });
}
