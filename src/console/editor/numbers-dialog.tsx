import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { readAll, request } from '../lib/api.ts';
import { isZero, zeroId } from '../lib/format.ts';
import { changed } from '../lib/queries.ts';
import { Wrong } from '../parts/bits.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type FlowNumber, numbersPath } from './use-numbers.ts';

interface NumbersDialogProps {
  /** Empty where it is not stored yet. */
  readonly flowId: string;
  /** Those that lead to it. */
  readonly numbers: readonly FlowNumber[];
  readonly onClose: () => void;
}

const title = 'Numbers of the flow';

export function NumbersDialog({ flowId, numbers, onClose }: NumbersDialogProps) {
  if (flowId !== '') return <StoredNumbers flowId={flowId} numbers={numbers} onClose={onClose} />;
  return (
    <Dialog title={title} onClose={onClose}>
      <p>Save the flow first: a number leads to what is stored.</p>
      <div className="buttons">
        <button type="button" className="primary" onClick={onClose}>
          OK
        </button>
      </div>
    </Dialog>
  );
}

/** Attached and detached at once: numbers are no part of the flow, and are not saved with it. */
function StoredNumbers({ flowId, numbers, onClose }: NumbersDialogProps) {
  const [chosen, setChosen] = useState('');
  const [made, setMade] = useState('');
  const [error, setError] = useState<unknown>();
  const isBusy = useRef(false);
  const choice = useRef<HTMLSelectElement>(null);
  const { data: all = [] } = useQuery({
    queryKey: [numbersPath, 'all'],
    queryFn: ({ signal }) => readAll<FlowNumber>(numbersPath, {}, signal),
  });
  const others = all.filter(({ call_flow_id }) => call_flow_id !== flowId);

  const order = async (doing: () => Promise<unknown>): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await doing();
      setError(undefined);
      setChosen('');
      setMade('');
      changed(numbersPath);
    } catch (refusal) {
      setError(refusal);
    } finally {
      isBusy.current = false;
    }
  };
  const submits = (doing: () => Promise<unknown>) => (event: FormEvent) => {
    event.preventDefault();
    void order(doing);
  };
  const detach = (number: FlowNumber): void => {
    choice.current?.focus(); // the button goes with its number
    void order(() => request('PUT', `${numbersPath}/${number.id}`, without(number, flowId)));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {numbers.length === 0 && <p className="empty">No number leads here.</p>}
      <div className="rows">
        {numbers.map((number) => (
          <div className="row" key={number.id}>
            <span>
              {number.number} <span className="soft">for {usesOf(number, flowId).join(', ')}</span>
            </span>
            <button type="button" aria-label={`Detach ${number.number}`} onClick={() => detach(number)}>
              Detach
            </button>
          </div>
        ))}
      </div>
      <form
        className="filters"
        onSubmit={submits(() => request('PUT', `${numbersPath}/${chosen}`, { call_flow_id: flowId }))}
      >
        <label>
          A number that is there
          <select ref={choice} required value={chosen} onChange={({ target }) => setChosen(target.value)}>
            <option value="">{others.length === 0 ? 'There is no other' : 'Choose one'}</option>
            {others.map(({ id, number, call_flow_id }) => (
              <option key={id} value={id}>
                {isZero(call_flow_id) ? number : `${number}, of another flow so far`}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Attach</button>
      </form>
      <form
        className="filters"
        onSubmit={submits(() => request('POST', numbersPath, { number: made, call_flow_id: flowId }))}
      >
        <label>
          A new number
          <input
            required
            autoComplete="off"
            spellCheck={false}
            value={made}
            onChange={({ target }) => setMade(target.value)}
          />
        </label>
        <button type="submit">Create</button>
      </form>
      {error !== undefined && <Wrong error={error} />}
      <div className="buttons">
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

/** What a number has a flow for. */
const uses = {
  call_flow_id: 'calls',
  message_flow_id: 'messages',
  closed_flow_id: 'calls while it is closed',
} as const;

const fields = Object.keys(uses) as readonly (keyof typeof uses)[];

function usesOf(number: FlowNumber, flowId: string): readonly string[] {
  return fields.filter((field) => number[field] === flowId).map((field) => uses[field]);
}

/** The number's fields that name the flow, with none in its place. */
function without(number: FlowNumber, flowId: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.filter((field) => number[field] === flowId).map((field) => [field, zeroId]),
  );
}
