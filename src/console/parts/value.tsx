import {
  type Address,
  actionTitle,
  addressText,
  durationText,
  isZero,
  label,
  timeText,
} from '../lib/format.ts';
import { useThing } from '../lib/queries.ts';
import { nameOf, pathOfReference } from '../lib/resources.ts';
import { Pill } from './bits.tsx';

type Thing = Readonly<Record<string, unknown>>;

/** A field of something, for people. */
export function Value({ name, thing }: { readonly name: string; readonly thing: Thing }) {
  const value = thing[name];
  if (value === undefined || value === null || value === '') return '–';
  if (name.startsWith('tm_')) return timeText(String(value));
  if (/^(status|state)$/.test(name)) return <Pill text={String(value)} />;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return <span className="number">{numberText(name, value)}</span>;
  if (typeof value === 'string') return <Text name={name} value={value} thing={thing} />;
  if (Array.isArray(value)) return <Items name={name} items={value} />;
  return <Fields value={value as Thing} />;
}

function Text({
  name,
  value,
  thing,
}: {
  readonly name: string;
  readonly value: string;
  readonly thing: Thing;
}) {
  const path = pathOfReference(name, thing);
  if (path !== undefined) return isZero(value) ? '–' : <Reference path={path} id={value} />;
  if (name === 'id') return <span className="mono">{value}</span>;
  return value;
}

/** Of what is done for some time, in milliseconds, the time. */
function numberText(name: string, value: number): string {
  if (/^duration/.test(name)) return durationText(value);
  if (/(_timeout|_delay|wrap_up)$/.test(name)) return `${value / 1_000} s`;
  return String(value);
}

/** What an id stands for, by its name; calls have none that says more than the id. */
export function Reference({ path, id }: { readonly path: string; readonly id: string }) {
  const isNamed = !/^(calls|recordings|transcribes)$/.test(path);
  const { data } = useThing<Thing>(`/v1.0/${path}`, isNamed ? id : undefined);
  return <a href={`#/${path}/${id}`}>{data ? nameOf(path, data) : id.slice(0, 8)}</a>;
}

function Items({ name, items }: { readonly name: string; readonly items: readonly unknown[] }) {
  if (items.length === 0) return '–';
  if (name === 'actions') return actionsText(items as readonly { readonly type: string }[]);
  const path = pathOfReference(name);
  if (path !== undefined)
    return items.map((id) => (
      <span key={String(id)}>
        <Reference path={path} id={String(id)} />{' '}
      </span>
    ));
  if (items.every((item) => typeof item !== 'object')) return items.join(', ');
  return (
    <ul className="plain-list">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are shown in their order, and have no name
        <li key={index}>
          {typeof item === 'object' && item !== null ? <Fields value={item as Thing} /> : String(item)}
        </li>
      ))}
    </ul>
  );
}

function actionsText(actions: readonly { readonly type: string }[]): string {
  const shown = actions.slice(0, 4).map(({ type }) => actionTitle(type));
  return `${shown.join(', ')}${actions.length > 4 ? ` and ${actions.length - 4} more` : ''}`;
}

function Fields({ value }: { readonly value: Thing }) {
  if (typeof value.target === 'string' && typeof value.type === 'string')
    return addressText(value as unknown as Address); // what has both is an address
  return Object.entries(value)
    .filter(([, each]) => each !== '' && each !== null)
    .map(([key, each]) => `${label(key)}: ${typeof each === 'object' ? textOf(each) : String(each)}`)
    .join(', ');
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' && value !== null
    ? Object.values(value).map(textOf).join(' ')
    : String(value);
}
