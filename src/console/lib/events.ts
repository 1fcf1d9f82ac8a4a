import { request } from './api.ts';
import { changed } from './queries.ts';
import { Store } from './store.ts';
import type { WebhookEvent } from './webhook-event.ts';

export type Stream = 'connecting' | 'open' | 'lost';

export const stream = new Store<Stream>('connecting');

type Listener = (events: readonly WebhookEvent[]) => void;

const listeners = new Set<Listener>();
const whenMissed = new Set<() => void>();

/** Told what happens, several at once where much does; and when something was missed, and all has to be read anew. */
export function listen(listener: Listener, missed: () => void): () => void {
  listeners.add(listener);
  whenMissed.add(missed);
  return () => {
    listeners.delete(listener);
    whenMissed.delete(missed);
  };
}

/** In milliseconds: lists that are looked at are read again so often at most. */
const pause = 1_500;

/** Begins to listen; answers how to end it. One stream serves the whole page. */
export function watchEvents(): () => void {
  let source: EventSource;
  let waiting: WebhookEvent[] = [];
  let isDue = false;
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const hand = (): void => {
    isDue = false;
    const events = waiting;
    waiting = [];
    for (const listener of listeners) listener(events);
  };
  const refresh = (): void => {
    timer = undefined;
    changed(...stale);
    stale.clear();
  };
  const miss = (): void => {
    for (const each of whenMissed) each();
    for (const path of Object.values(pathOf)) stale.add(path);
    timer ??= setTimeout(refresh, pause);
  };

  const take = ({ data }: MessageEvent<string>): void => {
    const event = JSON.parse(data) as WebhookEvent;
    waiting.push(event);
    // Not by animation frames alone: a tab in the background has none.
    if (!isDue) {
      if (document.hidden) setTimeout(hand, 250);
      else requestAnimationFrame(hand);
    }
    isDue = true;
    const path = pathOf[familyOf(event.type)];
    if (path === undefined) return;
    stale.add(path);
    timer ??= setTimeout(refresh, pause);
  };
  const open = (): void => {
    source = new EventSource('/v1.0/events/stream');
    source.addEventListener('open', miss, { once: true }); // what has happened between the first reading and now
    source.onopen = () => stream.set('open');
    source.onerror = () => {
      stream.set('lost');
      if (source.readyState === EventSource.CLOSED) later();
    };
    source.addEventListener('gap', miss);
    source.onmessage = take;
  };
  // Refused, a browser does not try again: that the session is over the answer to any request says.
  const reopen = (): void => {
    void request('GET', '/v1.0/sessions/current').then(() => {
      if (!isOver) open();
    }, later);
  };
  const later = (): void => {
    if (!isOver) again = setTimeout(reopen, pause);
  };
  open();
  return () => {
    isOver = true;
    source.close();
    clearTimeout(timer);
    clearTimeout(again);
  };
}

/** `queuecall_done` → `queuecall` */
export function familyOf(type: string): string {
  return type.slice(0, type.lastIndexOf('_')).replace(/_status$/, '');
}

/** Which lists an event makes old. */
const pathOf: Readonly<Record<string, string>> = {
  call: '/v1.0/calls',
  activeflow: '/v1.0/activeflows',
  recording: '/v1.0/recordings',
  voicemail: '/v1.0/voicemails',
  transcribe: '/v1.0/transcribes',
  transcript: '/v1.0/transcripts',
  queue: '/v1.0/queues',
  queuecall: '/v1.0/queuecalls',
  agent: '/v1.0/agents',
  extension: '/v1.0/extensions',
  trunk: '/v1.0/trunks',
  conference: '/v1.0/conferences',
  confbridge: '/v1.0/confbridges',
  message: '/v1.0/messages',
};
