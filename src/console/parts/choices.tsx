import { useId } from 'react';
import { zeroId } from '../lib/format.ts';
import { useNewest } from '../lib/queries.ts';
import { type FieldProps, Labelled, useAround, useProblems } from './field.tsx';
import { NotConfigured } from './not-configured.tsx';
import { ThingSelect } from './thing-select.tsx';

/** Another action of the flow. */
export function ActionChoice(field: FieldProps) {
  const { path, value, isRequired, onChange } = field;
  const { actionIds = [] } = useAround();
  const id = useId();
  const text = typeof value === 'string' && value !== zeroId ? value : '';
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

/** Something that is stored; and where that is made, while there is none. */
export function ReferenceChoice({ of, ...field }: FieldProps & { readonly of: string }) {
  const { path, name, value, isRequired, form, onChange } = field;
  const id = useId();
  const { data } = useNewest<unknown>(`/v1.0/${of}`);
  const choose = (chosen: string): void => {
    if (chosen !== '') onChange(chosen);
    else if (isRequired) onChange('');
    else onChange(value === undefined ? undefined : form.fallback);
  };
  return (
    <Labelled field={field} id={id}>
      <ThingSelect
        id={id}
        of={of}
        name={name}
        value={typeof value === 'string' && value !== zeroId ? value : ''}
        none="–"
        isWrong={useProblems(path).length > 0}
        onChange={choose}
      />
      {data?.result.length === 0 && <NotConfigured of={of} />}
    </Labelled>
  );
}
