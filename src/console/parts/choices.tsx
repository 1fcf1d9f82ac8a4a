import { useId } from 'react';
import type { Page } from '../lib/api.ts';
import { zeroId } from '../lib/format.ts';
import { useNewest } from '../lib/queries.ts';
import { nameOf } from '../lib/resources.ts';
import { type FieldProps, Labelled, useAround, useProblems } from './field.tsx';
import { NotConfigured } from './not-configured.tsx';

/** Another action of the flow. */
export function ActionChoice(field: FieldProps) {
  const { path, value, isRequired, onChange } = field;
  const { actionIds = [] } = useAround();
  const id = useId();
  const text = typeof value === 'string' ? value : '';
  const isOther = text !== '' && !actionIds.includes(text);
  return (
    <Labelled field={field} id={id}>
      <select
        id={id}
        value={text}
        aria-invalid={useProblems(path).length > 0}
        onChange={({ target }) => onChange(target.value === '' && !isRequired ? undefined : target.value)}
      >
        <option value="">–</option>
        {isOther && <option value={text}>{text}</option>}
        {actionIds.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

type Thing = Readonly<Record<string, unknown>> & { readonly id: string };

/** Something that is stored, by its name. Of very many the newest; any other by its id. */
export function ReferenceChoice({ of, ...field }: FieldProps & { readonly of: string }) {
  const { path, name, value, isRequired, form, onChange } = field;
  const id = useId();
  const read = useNewest<Thing>(`/v1.0/${of}`);
  const { result, next_page_token } =
    read.data ?? ({ result: [], next_page_token: '' } satisfies Page<Thing>);
  const isRead = read.data !== undefined;
  const text = typeof value === 'string' ? value : '';
  const isKnown = text === '' || text === zeroId || result.some((thing) => thing.id === text);
  const none = form.fallback === undefined ? undefined : form.fallback;
  const choose = (chosen: string): void => {
    if (chosen === '') onChange(isRequired ? '' : value === undefined ? undefined : none);
    else onChange(chosen);
  };
  return (
    <Labelled field={field} id={id}>
      <select
        id={id}
        value={text === zeroId ? '' : text}
        aria-invalid={useProblems(path).length > 0}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">–</option>
        {!isKnown && <option value={text}>{text}</option>}
        {result.map((thing) => (
          <option key={thing.id} value={thing.id}>
            {nameOf(of, thing)}
          </option>
        ))}
      </select>
      {isRead && result.length === 0 && <NotConfigured of={of} />}
      {(next_page_token !== '' || !isKnown) && (
        <input
          aria-label={`${name}, as an id`}
          value={text}
          onChange={({ target }) => choose(target.value)}
        />
      )}
    </Labelled>
  );
}
