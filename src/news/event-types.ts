import { eventFamilies } from './event-families.ts';

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

/** Each event with its family. */
const names = new Map<string, string>(
  Object.entries(eventFamilies).flatMap(([family, { events }]) =>
    Object.keys(events).map((event) => [event, `${family}_*`] as const),
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

/** The same of an event that is text already, which is parsed only for the few spellings that ask for more than the type. */
export function matchesText(eventTypes: readonly string[] | undefined, type: string, text: string): boolean {
  if (eventTypes === undefined) return true;
  return matches(eventTypes, {
    type,
    get data(): object {
      return (JSON.parse(text) as { data: object }).data; // our own text
    },
  });
}
