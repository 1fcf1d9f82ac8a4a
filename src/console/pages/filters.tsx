import { useId } from 'react';
import { label, wireOf } from '../lib/format.ts';
import type { Parameter } from '../lib/openapi.ts';
import { pathOfReference } from '../lib/resources.ts';
import { ThingField } from '../parts/thing-select.tsx';

/** What is written into the filters of a list, by the names of its parameters. */
export type Written = Readonly<Record<string, string>>;

/** What has a place of its own in a list, or none at all. */
const notFilters = new Set(['page_size', 'page_token', 'search', 'within', 'format']);

const times = new Set(['since', 'until']);
const wholeId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What is asked for by that: times in UTC, and ids once they are whole. */
export function askedBy(
  offered: readonly Parameter[],
  written: Written,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    offered.map((each) => [each.name, askedOf(each, written[each.name] ?? '')] as const),
  );
}

function askedOf({ name, schema }: Parameter, text: string): string | undefined {
  if (times.has(name)) return wireOf(text);
  if (schema?.format === 'uuid') return wholeId.test(text.trim()) ? text.trim() : undefined;
  return text;
}

function isHalfId(text: string): boolean {
  return text.trim() !== '' && !wholeId.test(text.trim());
}

interface FiltersProps {
  /** Of the list, those that are written into its address. */
  readonly offered: readonly Parameter[];
  readonly written: Written;
  readonly onChange: (written: Written) => void;
}

/** A field for each way in which a list can be narrowed. */
export function Filters({ offered, written, onChange }: FiltersProps) {
  const change = (name: string, value: string): void => onChange({ ...written, [name]: value });
  return (
    <div className="filters">
      {offered.some(({ name }) => name === 'search') && (
        <label>
          Search
          <input
            type="search"
            maxLength={100}
            value={written.search ?? ''}
            onChange={({ target }) => change('search', target.value)}
          />
        </label>
      )}
      {offered
        .filter(({ name }) => !notFilters.has(name))
        .map((parameter) => (
          <Filter
            key={parameter.name}
            parameter={parameter}
            value={written[parameter.name] ?? ''}
            onChange={(value) => change(parameter.name, value)}
          />
        ))}
    </div>
  );
}

interface FilterProps {
  readonly parameter: Parameter;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** With its label; of that which has a name, by that. */
function Filter({ parameter, value, onChange }: FilterProps) {
  const id = useId();
  const { name, schema } = parameter;
  const path = pathOfReference(name);
  // Of these there are too many to choose from, and they have no names.
  if (path !== undefined && !/^(calls|recordings|transcribes)$/.test(path))
    return (
      <ThingField
        of={path}
        label={label(name)}
        name={label(name)}
        value={value}
        none="any"
        isWrong={isHalfId(value)}
        onChange={onChange}
      />
    );
  const field = { id, value, onChange };
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      {times.has(name) ? (
        <TimeInput {...field} parameter={parameter} />
      ) : schema?.enum ? (
        <Choice {...field} values={schema.enum.map(String)} />
      ) : (
        <TextInput {...field} parameter={parameter} />
      )}
    </div>
  );
}

interface InputProps extends FilterProps {
  readonly id: string;
}

/** By the clock on the wall. */
function TimeInput({ id, parameter: { description }, value, onChange }: InputProps) {
  return (
    <input
      id={id}
      type="datetime-local"
      max="9999-12-30T23:59"
      title={description?.replace(', in UTC', '')}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function TextInput({ id, parameter: { description, schema }, value, onChange }: InputProps) {
  return (
    <input
      id={id}
      autoComplete="off"
      title={description}
      aria-invalid={schema?.format === 'uuid' && isHalfId(value)}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function Choice({
  id,
  values,
  value,
  onChange,
}: Omit<InputProps, 'parameter'> & { readonly values: readonly string[] }) {
  return (
    <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">any</option>
      {values.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}
