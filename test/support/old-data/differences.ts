import { neverTime } from '../../../src/core/clock.ts';
import type { Answer } from './answers.ts';

const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

/** What of earlier answers is another now, path by path. What has been told since `killed` is told of another time each start. */
export function differences(before: readonly Answer[], now: readonly Answer[], killed: string): string[] {
  const answers = new Map(now.map((answer) => [answer.path, answer]));
  return before.flatMap((old) => {
    const answer = answers.get(old.path);
    if (!answer) return [`${old.path}: not asked any more`];
    if (answer.status !== old.status) return [`${old.path}: ${answer.status} for ${old.status}`];
    if (old.path.startsWith('/s/')) return answer.body === old.body ? [] : [`${old.path}: ${answer.body}`];
    const [one, other] = [old, answer].map(({ path, body }) => shown(path, JSON.parse(body), killed));
    return differing(one, other, old.path);
  });
}

/** A list of deliveries has those besides that tell of what the start has ended. */
function shown(path: string, body: Json, killed: string): Json {
  if (!/\bdeliveries\b/.test(path)) return vague(body, killed);
  const { result, ...rest } = body as { readonly result: readonly Fields[] };
  return { result: result.filter(({ tm_create }) => String(tm_create) <= killed), ...rest };
}

/** Of a record that was changed since the kill: the time, and how long that makes anything; of one made since, the id too. */
function vague(value: Json, killed: string): Json {
  if (Array.isArray(value)) return value.map((each) => vague(each, killed));
  if (typeof value !== 'object' || value === null) return isLater(value, killed) ? '<later>' : value;
  const { tm_create, tm_update } = value as Fields;
  const isChanged = isLater(tm_update, killed);
  const entries = Object.entries(value).map(([key, each]) => {
    if (isChanged && key.startsWith('duration')) return [key, '<since>'];
    if (isLater(tm_create, killed) && key === 'id') return [key, '<new>'];
    return [key, vague(each, killed)];
  });
  return Object.fromEntries(entries);
}

function isLater(value: Json, killed: string): boolean {
  return typeof value === 'string' && time.test(value) && value !== neverTime && value > killed;
}

/** Fields may have come behind those that there were. */
function differing(before: Json, now: Json, path: string): string[] {
  const isObject = (value: Json): value is Fields => typeof value === 'object' && value !== null;
  if (!isObject(before) || !isObject(now) || Array.isArray(before) !== Array.isArray(now))
    return before === now ? [] : [`${path}: ${JSON.stringify(now)} for ${JSON.stringify(before)}`];
  const [old, found] = [Object.keys(before), Object.keys(now)];
  if (Array.isArray(before) && old.length !== found.length)
    return [`${path}: ${found.length} for ${old.length}`];
  const first = found.slice(0, old.length);
  if (first.join() !== old.join()) return [`${path}: the fields are ${first} for ${old}`];
  return old.flatMap((key) => differing(before[key], now[key], `${path}.${key}`));
}
