import { useId } from 'react';
import { useNewest } from '../lib/queries.ts';
import { nameOf } from '../lib/resources.ts';

type Thing = Readonly<Record<string, unknown>> & { readonly id: string };

interface ThingSelectProps {
  /** Of the list, for its label. */
  readonly id: string;
  /** Their path in the API: `flows`. */
  readonly of: string;
  /** What it is called where it is written as an id. */
  readonly name: string;
  /** The id of the chosen one; empty: none. */
  readonly value: string;
  /** What says that there is none. */
  readonly none: string;
  readonly isRequired?: boolean;
  readonly isWrong?: boolean;
  readonly onChange: (id: string) => void;
}

/** Something that is stored, by its name. Of very many the newest; any other by its id. */
export function ThingSelect(props: ThingSelectProps) {
  const { id, of, name, value, none, isRequired = false, isWrong = false, onChange } = props;
  const { data } = useNewest<Thing>(`/v1.0/${of}`);
  const things = data?.result ?? [];
  const isKnown = value === '' || things.some((thing) => thing.id === value);
  const hasOlder = data !== undefined && data.next_page_token !== '';
  return (
    <>
      <select
        id={id}
        value={value}
        required={isRequired}
        aria-invalid={isWrong}
        onChange={({ target }) => onChange(target.value)}
      >
        <option value="">{none}</option>
        {!isKnown && <option value={value}>{value}</option>}
        {things.map((thing) => (
          <option key={thing.id} value={thing.id}>
            {nameOf(of, thing)}
          </option>
        ))}
      </select>
      {(hasOlder || !isKnown) && (
        <input
          aria-label={`${name}, as an id`}
          placeholder="or an older one, by its id"
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={({ target }) => onChange(target.value.trim())}
        />
      )}
    </>
  );
}

/** The same with its label above it. */
export function ThingField({ label, ...select }: Omit<ThingSelectProps, 'id'> & { readonly label: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <ThingSelect id={id} {...select} />
    </div>
  );
}
