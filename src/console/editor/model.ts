import type { Schema } from '../lib/schema.ts';

/** An action as flows have it; what is not known of it stays as it is. */
export interface ActionJson {
  readonly id?: string;
  readonly next_id?: string;
  readonly type: string;
  readonly option?: Readonly<Record<string, unknown>>;
  readonly on_error_id?: string;
  readonly [other: string]: unknown;
}

/** An action with a key of the page's own, which stays while ids are changed, or are not there yet. */
export interface Item {
  readonly key: string;
  readonly action: ActionJson;
}

/** The actions in their order: the JSON itself, and what is drawn is drawn of it. */
export type Items = readonly Item[];

/** The schema of each type of action. */
export type Catalogue = ReadonlyMap<string, Schema>;

/** A way out of an action. */
export interface Way {
  /** `next`, `on_error_id`, or where in the option: `targets.1`. */
  readonly name: string;
  /** The key of the action that it leads to; none: to the end, or to what is not there. */
  readonly to: string | undefined;
  /** Whether somebody has written it, and it is not just the following action. */
  readonly isWritten: boolean;
}

const zeros = '00000000-0000-0000-0000-000000000000';

export function isNowhere(id: unknown): boolean {
  return id === undefined || id === '' || id === zeros;
}

let keys = 0;

/** With new keys; those of `known` stay with the ids they had, or with their places. */
export function itemsOf(actions: readonly ActionJson[], known: Items = []): Items {
  const byId = new Map(known.flatMap(({ key, action }) => (action.id ? [[action.id, key] as const] : [])));
  const used = new Set<string>();
  return actions.map((action, index) => {
    const here = known[index];
    const old =
      (action.id && byId.get(action.id)) || (here && !here.action.id === !action.id ? here.key : undefined);
    const key = old !== undefined && !used.has(old) ? old : `a${++keys}`;
    used.add(key);
    return { key, action };
  });
}

export function actionsOf(items: Items): readonly ActionJson[] {
  return items.map(({ action }) => action);
}

/** The key of what a flow begins with. */
export const start = 'start';

/** The ways out of each action, and out of the beginning, by keys. */
export type Ways = ReadonlyMap<string, readonly Way[]>;

export function allWays(items: Items, catalogue: Catalogue): Ways {
  const find = finder(items);
  const begin: Way = { name: 'begin', to: items[0]?.key, isWritten: false };
  return new Map([
    [start, [begin]],
    ...items.map(
      ({ key, action }, index) =>
        [key, waysFrom(action, items[index + 1]?.key, catalogue.get(action.type), find)] as const,
    ),
  ]);
}

/** All ways out of an action. */
export function waysOf(items: Items, index: number, catalogue: Catalogue): readonly Way[] {
  const action = items[index]?.action;
  return action ? waysFrom(action, items[index + 1]?.key, catalogue.get(action.type), finder(items)) : [];
}

function waysFrom(
  action: ActionJson,
  following: string | undefined,
  schema: Schema | undefined,
  find: (id: unknown) => string | undefined,
): readonly Way[] {
  const named: Way[] = targetsIn(action, schema?.['x-targets'] ?? []).map(([name, id]) => ({
    name,
    to: find(id),
    isWritten: !isNowhere(id),
  }));
  if (!isNowhere(action.on_error_id))
    named.push({ name: 'on_error_id', to: find(action.on_error_id), isWritten: true });
  if (!goesOn(action, schema)) return named;
  const isWritten = !isNowhere(action.next_id);
  return [...named, { name: 'next', to: isWritten ? find(action.next_id) : following, isWritten }];
}

/** Where ways may begin, also those that lead nowhere yet: for failures there is always one, the last. */
export function handlesOf(ways: readonly Way[]): readonly string[] {
  const names = ways.map(({ name }) => name).filter((name) => name !== 'on_error_id');
  return [...names, 'on_error_id'];
}

function finder(items: Items): (id: unknown) => string | undefined {
  const byId = new Map(items.map(({ key, action }) => [action.id, key]));
  return (id) => (isNowhere(id) ? undefined : byId.get(String(id)));
}

/** Whether the following action may come next. */
function goesOn({ option = {} }: ActionJson, schema: Schema | undefined): boolean {
  if (schema?.['x-goes-on'] === 'never') return false;
  if (schema?.['x-goes-on'] !== 'unless-led') return true;
  const fields = schema.properties?.option?.properties ?? {};
  // `goto` goes on when it has gone often enough, and a request when nobody waits for its reply.
  if ('loop_count' in fields) return option.loop_count !== undefined;
  if ('success_id' in fields) return option.sync !== true || isOpen(option.success_id);
  const single = (schema['x-targets'] ?? []).filter((target) => !target.includes('.'));
  return single.some((target) => isOpen(option[target]));
}

/** A variable may come to nothing. */
function isOpen(target: unknown): boolean {
  return isNowhere(target) || String(target).includes('${');
}

/** Each place of the option where another action is named, or may be, with the id there. */
export function targetsIn(
  { option = {} }: ActionJson,
  targets: readonly string[],
): readonly (readonly [string, unknown])[] {
  return targets.flatMap((target) => {
    const [key = '', star] = target.split('.');
    if (star === undefined) return [[key, option[key]] as const];
    return Object.entries(objectIn(option[key])).map(([name, id]) => [`${key}.${name}`, id] as const);
  });
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The action, one of its ways leading elsewhere; to `undefined`: nowhere. */
export function withWay(action: ActionJson, name: string, id: string | undefined): ActionJson {
  if (name === 'next') return withKey(action, 'next_id', id);
  if (name === 'on_error_id') return withKey(action, 'on_error_id', id);
  const [key = '', ...rest] = name.split('.');
  const option = action.option ?? {};
  const value = rest.length === 0 ? id : withKey(objectIn(option[key]), rest.join('.'), id);
  return { ...action, option: withKey(option, key, value) };
}

function withKey<T extends object>(object: T, key: string, value: unknown): T {
  const { [key]: before, ...others } = object as Record<string, unknown>;
  // It keeps its place where it has one.
  if (value !== undefined) return { ...object, [key]: value };
  return before === undefined ? object : (others as T);
}

/** Leads one way out of an action to another one, which gets an id where it has none. */
export function connect(items: Items, from: string, way: string, to: string | undefined): Items {
  const index = items.findIndex(({ key }) => key === from);
  const source = items[index];
  if (!source) return items;
  const isFollowing = to !== undefined && items[index + 1]?.key === to;
  if (way === 'next' && isFollowing) return changed(items, from, withWay(source.action, way, undefined));
  const named = to === undefined ? items : withId(items, to);
  const id = named.find(({ key }) => key === to)?.action.id;
  const now = named.find(({ key }) => key === from)?.action ?? source.action;
  return changed(named, from, withWay(now, way, id));
}

function withId(items: Items, key: string): Items {
  const action = items.find((item) => item.key === key)?.action;
  return !action || action.id
    ? items
    : changed(items, key, { id: freeId(items, action.type), ...withoutId(action) });
}

/** All with ids: those that have none get one that nobody has. */
export function withIds(items: Items): Items {
  return items.reduce((named, { key, action }) => (action.id ? named : withId(named, key)), items);
}

function withoutId({ id: _, ...rest }: ActionJson): Omit<ActionJson, 'id'> & { readonly type: string } {
  return rest as Omit<ActionJson, 'id'> & { readonly type: string };
}

function changed(items: Items, key: string, action: ActionJson): Items {
  return items.map((item) => (item.key === key && item.action !== action ? { key, action } : item));
}

/** An action changed; where its id is another one, whoever leads to it leads there still. While two have the same id nobody can say which is meant. */
export function replace(items: Items, key: string, action: ActionJson, catalogue: Catalogue): Items {
  const before = items.find((item) => item.key === key)?.action;
  if (before === action) return items;
  const next = changed(items, key, action);
  if (!before?.id || !action.id || before.id === action.id) return next;
  const isAnothers = (id: string) => items.some((item) => item.key !== key && item.action.id === id);
  if (isAnothers(before.id) || isAnothers(action.id)) return next;
  return redirected(next, catalogue, before.id, action.id);
}

/** Whoever leads to one id leads to the other; to none: nowhere. */
function redirected(items: Items, catalogue: Catalogue, from: string, to: string | undefined): Items {
  return items.map(({ key, action }) => {
    let now = action;
    if (now.next_id === from) now = withWay(now, 'next', to);
    if (now.on_error_id === from) now = withWay(now, 'on_error_id', to);
    for (const [name, id] of targetsIn(now, catalogue.get(now.type)?.['x-targets'] ?? []))
      if (id === from) now = withWay(now, name, to);
    return now === action ? { key, action } : { key, action: now };
  });
}

/** Without an action, and without the ways that lead to it: those go on to what follows. */
export function remove(items: Items, key: string, catalogue: Catalogue): Items {
  const id = items.find((item) => item.key === key)?.action.id;
  const left = items.filter((item) => item.key !== key);
  return id ? redirected(left, catalogue, id, undefined) : left;
}

export interface Inserted {
  readonly items: Items;
  readonly key: string;
}

/** Behind an action, on one of its ways; on the one to the next where none is named. */
export interface Place {
  readonly key: string;
  readonly way?: string;
}

/** A new action on a way, which leads through it then; without a place at the end. */
export function insert(items: Items, action: ActionJson, catalogue: Catalogue, after?: Place): Inserted {
  const key = `a${++keys}`;
  const index = items.findIndex((item) => item.key === after?.key);
  const source = items[index];
  if (!source) return { items: [...items, { key, action }], key };
  const way = after?.way ?? 'next';
  if (way !== 'next') {
    const id = idOnWay(source.action, way);
    const led = isNowhere(id) ? action : { ...action, next_id: String(id) };
    const placed = items.toSpliced(quietPlace(items, catalogue), 0, { key, action: led });
    return { items: connect(placed, source.key, way, key), key };
  }
  const { next_id } = source.action;
  const through = isNowhere(next_id) ? action : { ...action, next_id: String(next_id) };
  const before = isNowhere(next_id)
    ? source
    : { key: source.key, action: withWay(source.action, 'next', undefined) };
  return {
    items: [...items.slice(0, index), before, { key, action: through }, ...items.slice(index + 1)],
    key,
  };
}

function idOnWay({ option = {}, on_error_id }: ActionJson, way: string): unknown {
  const [name = '', part] = way.split('.');
  if (way === 'on_error_id') return on_error_id;
  return part === undefined ? option[name] : objectIn(option[name])[part];
}

/** Where nobody comes by who goes on to the following one; else the end. */
function quietPlace(items: Items, catalogue: Catalogue): number {
  const isPassed = (index: number): boolean =>
    waysOf(items, index, catalogue).some(({ name, isWritten }) => name === 'next' && !isWritten);
  const last = items.findLastIndex((_, index) => !isPassed(index));
  return last === -1 ? items.length : last + 1;
}

/** Earlier or later in the list: `by` is -1 or 1. */
export function move(items: Items, key: string, by: number): Items {
  const index = items.findIndex((item) => item.key === key);
  const item = items[index];
  const place = index + by;
  if (!item || place < 0 || place >= items.length) return items;
  return items.toSpliced(index, 1).toSpliced(place, 0, item);
}

/** One that nobody has: `talk`, `talk-2`. */
export function freeId(items: Items, type: string): string {
  const taken = new Set(items.map(({ action }) => action.id));
  for (let number = 1; ; number++) {
    const id = number === 1 ? type : `${type}-${number}`;
    if (!taken.has(id)) return id;
  }
}
