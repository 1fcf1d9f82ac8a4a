import { useId } from 'react';
import { label } from '../lib/format.ts';
import { type FieldProps, Labelled, Notes, useProblems } from './field.tsx';

/** Addresses are long, and have one line all the same. */
const oneLine = /(^|_)(ur[il]|webhook)$/;

export function TextField(field: FieldProps) {
  const { path, name, form, value, isRequired, onChange } = field;
  const id = useId();
  const isWrong = useProblems(path).length > 0;
  const shared = {
    id,
    value: typeof value === 'string' ? value : '',
    placeholder: hintOf(form.fallback),
    'aria-invalid': isWrong,
    'aria-describedby': form.description === '' ? undefined : `${id}-hint`,
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      onChange(target.value === '' && !isRequired ? undefined : target.value),
  };
  const isLong = form.kind.kind === 'text' && form.kind.isLong && !oneLine.test(name);
  return (
    <Labelled field={field} id={id}>
      {isLong ? (
        <textarea {...shared} rows={Math.min(8, 2 + shared.value.split('\n').length)} />
      ) : (
        <input
          {...shared}
          type={/password|secret|api_key/.test(name) ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Labelled>
  );
}

/** A number; also what is none yet, or a placeholder: whoever checks it says so. */
export function NumberField(field: FieldProps) {
  const { path, form, value, onChange } = field;
  const id = useId();
  return (
    <Labelled field={field} id={id}>
      <input
        id={id}
        inputMode="numeric"
        autoComplete="off"
        value={value === undefined ? '' : String(value)}
        placeholder={hintOf(form.fallback)}
        aria-invalid={useProblems(path).length > 0}
        aria-describedby={form.description === '' ? undefined : `${id}-hint`}
        onChange={({ target }) => onChange(numberIn(target.value))}
      />
    </Labelled>
  );
}

function numberIn(text: string): string | number | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text.trim() ? number : text;
}

export function Switch(field: FieldProps) {
  const { name, form, value, onChange } = field;
  const id = useId();
  return (
    <div className="field check">
      <input
        id={id}
        type="checkbox"
        checked={(value ?? form.fallback ?? false) === true}
        aria-describedby={form.description === '' ? undefined : `${id}-hint`}
        onChange={({ target }) => onChange(target.checked)}
      />
      <label htmlFor={id}>{label(name)}</label>
      <Notes field={field} id={id} />
    </div>
  );
}

/** Some values to choose from, and perhaps a variable. */
export function Choice(field: FieldProps) {
  const { path, name, form, value, isRequired, onChange } = field;
  const id = useId();
  const isWrong = useProblems(path).length > 0;
  const values: readonly (string | number | boolean)[] =
    form.kind.kind === 'choice' ? form.kind.values : [true, false];
  const index = values.indexOf(value as string); // any value may be asked for
  const isOther = value !== undefined && index === -1;
  const choose = (chosen: string): void => {
    if (chosen === '') return onChange(undefined);
    onChange(chosen === 'variable' ? '${}' : values[Number(chosen)]);
  };
  return (
    <Labelled field={field} id={id}>
      <select
        id={id}
        value={isOther ? 'variable' : index === -1 ? '' : String(index)}
        aria-invalid={isWrong}
        aria-describedby={form.description === '' ? undefined : `${id}-hint`}
        onChange={({ target }) => choose(target.value)}
      >
        {(!isRequired || value === undefined) && (
          <option value="">{form.fallback === undefined ? '–' : `– (${word(form.fallback)})`}</option>
        )}
        {values.map((each, position) => (
          <option key={String(each)} value={position}>
            {word(each)}
          </option>
        ))}
        {(form.mayBePlaceholder || isOther) && <option value="variable">a variable …</option>}
      </select>
      {isOther && (
        <input
          aria-label={`${label(name)}, as a variable`}
          value={String(value)}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Labelled>
  );
}

function word(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === '' ? 'none' : String(value);
}

function hintOf(fallback: unknown): string | undefined {
  return fallback === undefined || fallback === '' || typeof fallback === 'object'
    ? undefined
    : String(fallback);
}
