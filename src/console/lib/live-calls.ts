import { readAll } from './api.ts';
import { type Call, type Calls, merged, withEvents } from './calls-now.ts';
import { listen } from './events.ts';
import { Store } from './store.ts';

/** The calls that live, by their ids. */
export const liveCalls = new Store<Calls>(new Map());

const living = ['dialing', 'ringing', 'progressing', 'canceling', 'terminating'];

/** Keeps `liveCalls` right, by what is told and, where something was missed, by what is there. */
export function followCalls(): () => void {
  const reading = new AbortController();
  const told = new Set<string>();
  const read = async (): Promise<void> => {
    told.clear();
    try {
      const lists = await Promise.all(
        living.map((status) => readAll<Call>('/v1.0/calls', { status }, reading.signal)),
      );
      liveCalls.set(merged(liveCalls.value, lists.flat(), told));
    } catch {
      // The stream begins again, and with it this.
    }
  };
  const stop = listen(
    (events) => {
      for (const { type, data } of events) if (type.startsWith('call_')) told.add(String(data.id));
      liveCalls.set(withEvents(liveCalls.value, events));
    },
    () => void read(),
  );
  return () => {
    stop();
    reading.abort();
  };
}
