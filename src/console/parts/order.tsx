import { type Method, request } from '../lib/api.ts';
import { changed } from '../lib/queries.ts';
import { attempt } from './toasts.tsx';

interface OrderProps {
  readonly text: string;
  readonly method?: Method;
  readonly address: string;
  readonly body?: unknown;
  /** What it makes old. */
  readonly changes: readonly string[];
  readonly isPressed?: boolean;
  readonly isDanger?: boolean;
}

/** A button that asks the daemon for something. */
export function Order({
  text,
  method = 'POST',
  address,
  body = {},
  changes,
  isPressed,
  isDanger = false,
}: OrderProps) {
  const order = async (): Promise<void> => {
    await attempt(() => request(method, address, body));
    changed(...changes);
  };
  return (
    <button
      type="button"
      className={isDanger ? 'danger' : ''}
      aria-pressed={isPressed}
      onClick={() => void order()}
    >
      {text}
    </button>
  );
}
