import {
  type Address,
  actionTitle,
  durationText,
  isZero,
  label,
  never,
  offsetText,
  timeText,
} from '../lib/format.ts';
import { liveCalls } from '../lib/live-calls.ts';
import { useThing } from '../lib/queries.ts';
import { nameOf, pathOfReference } from '../lib/resources.ts';
import { useStore } from '../lib/store.ts';
import { Party, Pill } from './bits.tsx';
import { Markdown } from './markdown.tsx';

type Thing = Readonly<Record<string, unknown>>;

/** A field of something, for people. */
export function Value({ name, thing }: { readonly name: string; readonly thing: Thing }) {
  const value = thing[name];
  if (value === undefined || value === null || value === '') return '–';
  if (name === 'tm_transcript') return offsetText(String(value));
  if (name.startsWith('tm_')) return <span className="nowrap">{timeText(String(value))}</span>;
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
  return <bdi className={isProse(name) ? 'clamp' : undefined}>{value}</bdi>;
}

/** What people have written, in however many lines. */
function isProse(name: string): boolean {
  return name === 'detail' || name === 'text';
}

/** A field as a page of its own shows it: notes are read there. */
export function WholeValue({ name, thing }: { readonly name: string; readonly thing: Thing }) {
  const value = thing[name];
  if (name === 'detail' && typeof value === 'string' && value !== '') return <Markdown text={value} />;
  if (isOfSettings(value) && linesOf(value).length > 1)
    return (
      <ul className="plain-list">
        {linesOf(value).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    );
  if (name === 'text' && typeof value === 'string') return <bdi className="typed">{value}</bdi>;
  return <Value name={name} thing={thing} />;
}

/** Of what is done for some time, in milliseconds, the time. */
function numberText(name: string, value: number): string {
  if (/^duration/.test(name)) return durationText(value);
  if (/((^|_)timeout|_delay|wrap_up)$/.test(name)) return `${value / 1_000} s`;
  return String(value);
}

/** What an id stands for, by its name; of a call that lives, who it is. */
export function Reference({ path, id }: { readonly path: string; readonly id: string }) {
  const isNamed = !/^(calls|recordings|transcribes)$/.test(path);
  const { data } = useThing<Thing>(`/v1.0/${path}`, isNamed ? id : undefined);
  return (
    <a href={`#/${path}/${id}`}>
      {path === 'calls' ? <Caller id={id} /> : <bdi>{data ? nameOf(path, data) : shortId(id)}</bdi>}
    </a>
  );
}

function Caller({ id }: { readonly id: string }) {
  const call = useStore(liveCalls).get(id);
  return call ? <Party address={call.source} /> : shortId(id);
}

/** The end of it: the beginning is a time, and alike in many. */
function shortId(id: string): string {
  return `… ${id.slice(-6)}`;
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
  if (items.every((item) => typeof item !== 'object')) return <bdi>{items.join(', ')}</bdi>;
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
    return <Party address={value as unknown as Address} />; // what has both is an address
  if (typeof value.status === 'string' && typeof value.destination === 'object')
    return (
      <>
        <Fields value={value.destination as Thing} /> <Pill text={value.status} />{' '}
        {String(value.reason ?? '')}
      </>
    );
  if (typeof value.from === 'string' && typeof value.to === 'string') return periodText(value);
  const isAction = typeof value.type === 'string' && 'next_id' in value;
  if (isAction) return value.type === '' ? '–' : `${actionTitle(String(value.type))} (${String(value.id)})`;
  return linesOf(value).join('; ') || '–';
}

/** What there is in an object, field by field. */
function linesOf(value: Thing): readonly string[] {
  return Object.entries(value)
    .filter(([, each]) => !isNothing(each))
    .map(([key, each]) => `${label(key)}: ${typeof each === 'object' ? textOf(each) : plainText(key, each)}`);
}

/** An object that is no address, action or the like: what it has is as many settings. */
function isOfSettings(value: unknown): value is Thing {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !['type', 'from', 'destination'].some((key) => key in value);
}

/** `mon, tue 08:00–12:00` */
function periodText({ days, from, to }: Thing): string {
  return `${Array.isArray(days) ? `${days.join(', ')} ` : ''}${String(from)}–${String(to)}`;
}

function isNothing(value: unknown): boolean {
  return (
    value === '' || value === null || value === false || value === never || (value !== 0 && isZero(value))
  );
}

function plainText(key: string, value: unknown): string {
  return typeof value === 'number' ? numberText(key, value) : value === true ? 'yes' : String(value);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('from' in value && 'to' in value) return periodText(value as Thing);
  return Object.values(value).map(textOf).join(' ');
}
