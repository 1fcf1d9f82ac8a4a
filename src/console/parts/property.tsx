import { useRef } from 'react';
import { label } from '../lib/format.ts';
import { pathOfReference } from '../lib/resources.ts';
import { formOf, type Schema } from '../lib/schema.ts';
import { ActionChoice, ReferenceChoice } from './choices.tsx';
import { EndWebhookField } from './end-webhook-field.tsx';
import { type FieldProps, Notes, useAround, within } from './field.tsx';
import { ItemRow } from './item-row.tsx';
import { JsonField } from './json-field.tsx';
import { NoteField } from './note-field.tsx';
import { Choice, NumberField, Switch, TextField } from './plain-fields.tsx';
import { useNamedRows, useRows } from './use-rows.ts';

interface PropertyProps extends Omit<FieldProps, 'form'> {
  readonly schema: Schema;
}

/** One field, asked for in the way that suits its schema. */
export function Property({ schema, ...rest }: PropertyProps) {
  const { components, targets = [], actionIds } = useAround();
  const form = formOf(schema, components);
  const field: FieldProps = { ...rest, form };
  const { name, path, value } = field;
  const { kind } = form.kind;
  const isText = kind === 'text' && (value === undefined || typeof value === 'string');
  if (isText && actionIds && targets.some((pattern) => matches(pattern, path)))
    return <ActionChoice {...field} />;
  const referred = isText && form.schema.format === 'uuid' ? pathOfReference(name) : undefined;
  if (referred !== undefined) return <ReferenceChoice {...field} of={referred} />;
  if (!suits(field)) return <JsonField {...field} />;
  if (kind === 'text' && isNote(name)) return <NoteField {...field} />;
  if (name === 'end_webhook') return <EndWebhookField {...field} />;
  switch (kind) {
    case 'text':
      return <TextField {...field} />;
    case 'choice':
      return <Choice {...field} />;
    case 'switch':
      return form.mayBePlaceholder ? <Choice {...field} /> : <Switch {...field} />;
    case 'number':
      return <NumberField {...field} />;
    case 'object':
      return <ObjectField {...field} />;
    case 'one-of':
      return <OneOfField {...field} />;
    case 'list':
      return <ListField {...field} />;
    case 'map':
      return <MapField {...field} />;
    default:
      return <JsonField {...field} />;
  }
}

/** What is for people and not for calls. */
function isNote(name: string): boolean {
  return name === 'notes' || name === 'detail';
}

/** What is there already may have another form than the schema knows a field for: it is shown as it is then. */
function suits({ form: { kind }, value }: FieldProps): boolean {
  if (value === undefined || value === null) return true;
  switch (kind.kind) {
    case 'text':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'object':
    case 'one-of':
    case 'map':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      return typeof value !== 'object';
  }
}

/** `targets.*` is `targets.1`. */
function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('.'), path.split('.')];
  return (
    wanted.length === given.length && wanted.every((word, index) => word === '*' || word === given[index])
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** An object that is there or not. */
export function ObjectField(field: FieldProps) {
  const { path, name, form, value, isRequired, onChange } = field;
  if (form.kind.kind !== 'object') return null;
  const isThere = value !== undefined && value !== null;
  return (
    <fieldset>
      <legend>{label(name)}</legend>
      <Notes field={field} id={path} />
      {isThere || isRequired ? (
        <Properties
          path={path}
          properties={form.kind.properties}
          required={form.kind.required}
          value={(value ?? {}) as Fields}
          onChange={onChange}
        />
      ) : (
        <button type="button" onClick={() => onChange({})}>
          Add
        </button>
      )}
      {isThere && !isRequired && (
        <p>
          <button type="button" onClick={() => onChange(form.isNullable ? null : undefined)}>
            Remove
          </button>
        </p>
      )}
    </fieldset>
  );
}

interface PropertiesProps {
  readonly path: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly value: Fields;
  readonly onChange: (value: Fields) => void;
  /** Those that are asked for elsewhere. */
  readonly without?: readonly string[];
}

/** The fields of an object, one after the other. What it has that the schema does not know stays. */
export function Properties({ path, properties, required, value, onChange, without = [] }: PropertiesProps) {
  return Object.entries(properties)
    .filter(([name, schema]) => !schema.readOnly && !without.includes(name))
    .map(([name, schema]) => (
      <Property
        key={name}
        path={within(path, name)}
        name={name}
        schema={schema}
        value={value[name]}
        isRequired={required.includes(name)}
        onChange={(next) => onChange(withField(value, name, next))}
      />
    ));
}

/** The fields in their order, one of them changed; `undefined` takes it out. */
export function withField(fields: Fields, name: string, value: unknown): Fields {
  if (value !== undefined) return { ...fields, [name]: value };
  const { [name]: _, ...others } = fields;
  return others;
}

/** One of several forms, told apart by a word. */
export function OneOfField(field: FieldProps) {
  const { path, name, form, value, isRequired, onChange } = field;
  if (form.kind.kind !== 'one-of') return null;
  const { key, forms } = form.kind;
  const fields = (value ?? {}) as Fields;
  const word = typeof fields[key] === 'string' ? fields[key] : '';
  const { properties = {}, required = [] } = forms.get(word) ?? {};
  const used = Object.fromEntries(
    Object.entries(properties).filter(([, { description }]) => description !== 'accepted and unused'),
  );
  return (
    <fieldset>
      <legend>{label(name)}</legend>
      <Notes field={field} id={path} />
      <div className="field">
        <select
          aria-label={`${label(name)}: ${key}`}
          value={word}
          onChange={({ target }) => onChange(target.value === '' ? undefined : { [key]: target.value })}
        >
          {(!isRequired || word === '') && <option value="">–</option>}
          {[...forms.keys()].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </div>
      <Properties
        path={path}
        properties={used}
        required={required}
        value={fields}
        onChange={onChange}
        without={[key]}
      />
    </fieldset>
  );
}

/** Of more rows each begins folded. */
const few = 4;

/** Several of a kind. */
export function ListField(field: FieldProps) {
  const { path, name, form, value, onChange } = field;
  const { components } = useAround();
  const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const begun = useRef(items.length);
  const rows = useRows(items.length);
  if (form.kind.kind !== 'list') return null;
  const { item } = form.kind;
  const isOfFields = /^(object|one-of)$/.test(formOf(item, components).kind.kind);
  const change = (next: readonly unknown[]): void => onChange(next);
  const remove = (index: number): void => {
    rows.taken(index);
    change(items.toSpliced(index, 1));
  };
  return (
    <fieldset>
      <legend>{label(name)}</legend>
      <Notes field={field} id={path} />
      <div className="rows" ref={rows.list}>
        {items.map((each, index) => (
          <ItemRow
            key={rows.keys[index]}
            name={`${label(singular(name))} ${index + 1}`}
            value={isOfFields ? each : undefined}
            isOpen={isNew(each) || begun.current <= few}
            onRemove={() => remove(index)}
          >
            <Property
              path={within(path, index)}
              name={singular(name)}
              schema={{ ...item, description: '' }}
              value={each}
              isRequired
              onChange={(next) => change(items.with(index, next))}
            />
          </ItemRow>
        ))}
      </div>
      <p>
        <button
          ref={rows.add}
          type="button"
          onClick={() => change([...items, emptyOf(formOf(item, components).kind.kind)])}
        >
          Add {label(singular(name)).toLowerCase()}
        </button>
      </p>
    </fieldset>
  );
}

function isNew(item: unknown): boolean {
  return typeof item === 'object' && item !== null && Object.keys(item).length === 0;
}

function emptyOf(kind: string): unknown {
  if (kind === 'object' || kind === 'one-of' || kind === 'map') return {};
  return kind === 'number' ? 0 : '';
}

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
}

/** Values by keys of the user's own. */
export function MapField(field: FieldProps) {
  const { path, name, form, value, onChange } = field;
  const entries = Object.entries((value ?? {}) as Fields);
  const begun = useRef(entries.length);
  const rows = useNamedRows(entries.map(([key]) => key));
  if (form.kind.kind !== 'map') return null;
  const schema = form.kind.value;
  const change = (next: readonly (readonly [string, unknown])[]): void => onChange(Object.fromEntries(next));
  const rename = (index: number, key: string): void => {
    // Two of one name would be one.
    const [before = '', each] = entries[index] ?? [];
    if (entries.some(([other]) => other === key)) return;
    rows.renamed(before, key);
    change(entries.with(index, [key, each]));
  };
  const remove = (index: number): void => {
    rows.taken(index);
    change(entries.toSpliced(index, 1));
  };
  return (
    <fieldset>
      <legend>{label(name)}</legend>
      <Notes field={field} id={path} />
      <div className="rows" ref={rows.list}>
        {entries.map(([key, each], index) => (
          <ItemRow
            key={rows.keys[index]}
            name={`${label(singular(name))} ${index + 1}`}
            value={[key, each]}
            isOpen={each === '' || begun.current <= few}
            onRemove={() => remove(index)}
          >
            <div className="entry">
              <input
                aria-label={`${label(name)}: key ${index + 1}`}
                value={key}
                onChange={({ target }) => rename(index, target.value)}
              />
              <Property
                path={within(path, key)}
                name={`${label(name)} ${key}`}
                schema={schema}
                value={each}
                isRequired
                onChange={(next) => change(entries.with(index, [key, next]))}
              />
            </div>
          </ItemRow>
        ))}
      </div>
      <p>
        <button ref={rows.add} type="button" onClick={() => change([...entries, [freeKey(entries), '']])}>
          Add {label(singular(name)).toLowerCase()}
        </button>
      </p>
    </fieldset>
  );
}

function freeKey(entries: readonly (readonly [string, unknown])[]): string {
  const keys = new Set(entries.map(([key]) => key));
  for (let number = 1; ; number++) if (!keys.has(String(number))) return String(number);
}
