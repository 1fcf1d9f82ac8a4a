import { wordsOf } from '../lib/api.ts';
import { Store, useStore } from '../lib/store.ts';

interface Toast {
  readonly id: number;
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

const toasts = new Store<readonly Toast[]>([]);
let count = 0;

/** In milliseconds; what went wrong is read more slowly. */
const shown = { good: 4_000, bad: 12_000 };

export function say(text: string, kind: Toast['kind'] = 'good'): void {
  const toast = { id: ++count, kind, text };
  toasts.set([...toasts.value.slice(-3), toast]);
  setTimeout(() => drop(toast.id), shown[kind]);
}

function drop(id: number): void {
  toasts.set(toasts.value.filter((toast) => toast.id !== id));
}

/** Does it, says what went wrong, and answers whether it went well. */
export async function attempt(doing: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await doing();
    if (done !== undefined) say(done);
    return true;
  } catch (error) {
    say(wordsOf(error), 'bad');
    return false;
  }
}

export function Toasts() {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {useStore(toasts).map(({ id, kind, text }) => (
        <div key={id} className={`toast ${kind}`}>
          <span>{text}</span>
          <button type="button" className="plain" aria-label="Dismiss" onClick={() => drop(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
