import { useId } from 'react';
import { label, wireOf } from '../lib/format.ts';
import type { Parameter } from '../lib/openapi.ts';
import { pathOfReference } from '../lib/resources.ts';
import { ThingSelect } from '../parts/thing-select.tsx';

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

function Filter(props: FilterProps) {
  const { name, schema } = props.parameter;
  const path = pathOfReference(name);
  if (times.has(name)) return <TimeFilter {...props} />;
  // Of these there are too many to choose from, and they have no names.
  if (path !== undefined && !/^(calls|recordings|transcribes)$/.test(path))
    return <ReferenceFilter {...props} path={path} />;
  return schema?.enum ? (
    <ChoiceFilter {...props} values={schema.enum.map(String)} />
  ) : (
    <TextFilter {...props} />
  );
}

/** By the clock on the wall. */
function TimeFilter({ parameter: { name, description }, value, onChange }: FilterProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      <input
        id={id}
        type="datetime-local"
        max="9999-12-30T23:59"
        title={description?.replace(', in UTC', '')}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}

function TextFilter({ parameter: { name, description, schema }, value, onChange }: FilterProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      <input
        id={id}
        autoComplete="off"
        title={description}
        aria-invalid={schema?.format === 'uuid' && isHalfId(value)}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}

function ChoiceFilter({
  parameter: { name },
  values,
  value,
  onChange,
}: FilterProps & { readonly values: readonly string[] }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">any</option>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </div>
  );
}

/** What belongs to something that has a name. */
function ReferenceFilter({
  parameter: { name },
  path,
  value,
  onChange,
}: FilterProps & { readonly path: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      <ThingSelect
        id={id}
        of={path}
        name={label(name)}
        value={value}
        none="any"
        isWrong={isHalfId(value)}
        onChange={onChange}
      />
    </div>
  );
}
