import * as z from 'zod';
import { zeroId } from '../core/clock.ts';
import type { Problem } from '../core/errors.ts';
import { wording } from '../core/misfits.ts';
import { didYouMean } from '../core/nearest.ts';
import { randomUuid } from '../core/random.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { isSsml } from '../ports/speech.ts';
import type { Action } from './action.ts';
import { isNowhere } from './go-to.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { checkOption, pathText, problemsOf } from './option.ts';
import { secretsIn } from './secrets.ts';
import { hasPlaceholder } from './substitute.ts';
import { objectIn } from './written.ts';

/** The result of checking a list of actions: with problems it must not be stored or run. */
export interface CheckedFlow {
  /** The actions as stored: ids filled in, `tm_execute` dropped. */
  readonly actions: readonly ActionJson[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Start, finish and other ids that mean something to the engine of the seeds. */
const reservedIds = new Set([1, 2, 3].map((number) => `${zeroId.slice(0, -1)}${number}`));

const mostActions = 1_000;

const actionId = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1-64 characters of A-Z a-z 0-9 _ . -');
/** Empty and zero mean "none". */
const reference = z.union([z.literal(''), actionId]);

/** An action as users write it, its `option` not yet looked at. */
export const envelope = z.strictObject({
  id: reference.optional().meta({
    description: '1 to 64 characters, unique in its list; a UUID is made where it is missing',
    examples: ['ask'],
  }),
  next_id: reference.optional().meta({
    description: 'the action to go on with; missing, empty or zeros: the following one',
    examples: ['bye'],
  }),
  type: z.string(),
  option: z.record(z.string(), z.unknown()).optional(),
  on_error_id: reference.optional().meta({
    description: 'the action to go on with if this one fails; missing, empty or zeros: the next one',
    examples: ['sorry'],
  }),
  /** Ours to write; accepted so that what GET answers can be sent back. */
  tm_execute: z
    .string()
    .optional()
    .meta({
      description: 'ours to write: accepted and dropped',
      examples: ['2022-04-11 00:23:55.012416032'],
    }),
});

type Envelope = z.output<typeof envelope>;

/** What a list of actions is checked against. */
export interface FlowRules {
  readonly catalogue: ActionCatalogue;
  /** The path of the list itself; `actions` unless given. */
  readonly base?: string | undefined;
  /** Says what is wrong with a URL in an option; without it they are not looked at. */
  readonly checkUrl?: ((url: string) => string | undefined) | undefined;
  /** Says what is wrong with SSML, placeholders and all; without it that is not looked at. */
  readonly checkSsml?: ((ssml: string) => string | undefined) | undefined;
  /** Ids of the lists around this one: it may jump there as well. */
  readonly outerIds?: ReadonlySet<string> | undefined;
}

/** Checks a list of actions of its own, with nothing around it. */
export function checkFlow(input: unknown, catalogue: ActionCatalogue, base?: string): CheckedFlow {
  return checkActions(input, { catalogue, base });
}

/** Checks a list of actions at the border: envelopes, options, ids and targets, all problems at once, each with its path. */
export function checkActions(input: unknown, rules: FlowRules): CheckedFlow {
  const { base = 'actions', outerIds = [] } = rules;
  if (!Array.isArray(input)) return failed(base, 'expected an array of actions');
  if (input.length > mostActions)
    return failed(base, `expected at most ${mostActions} actions, got ${input.length}`);
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const envelopes = input.map((item, index) => parseEnvelope(item, `${base}[${index}]`, problems));
  problems.push(...idProblems(envelopes, base));
  const ids = new Set([...input.flatMap(writtenId), ...outerIds]);
  const actions = envelopes.flatMap((found, index) => {
    if (!found) return [];
    const checked = checkOne(normalize(found), `${base}[${index}]`, { ...rules, ids });
    problems.push(...checked.problems);
    warnings.push(...checked.warnings);
    return [checked.action];
  });
  return { actions, problems, warnings };
}

interface CheckedAction {
  readonly action: ActionJson;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

type ActionRules = FlowRules & { readonly ids: ReadonlySet<string> };

function checkOne(
  action: ActionJson,
  path: string,
  { catalogue, checkUrl, checkSsml, ids }: ActionRules,
): CheckedAction {
  const type = catalogue.get(action.type);
  if (!type) {
    const given = action.type.slice(0, 64);
    const message = `unknown action type ${JSON.stringify(given)}${didYouMean(given, catalogue.keys())}`;
    return { action, problems: [{ path: `${path}.type`, message }], warnings: [] };
  }
  const option = action.option ?? {};
  const found = checkOption(type, option);
  // Another flow, which its own action will run: nothing in here is a target of anything in there.
  const nested = type.nested.flatMap((key): [string, CheckedFlow][] => {
    const base = `${path}.option.${key}`;
    return Array.isArray(option[key])
      ? [[key, checkActions(option[key], { catalogue, checkUrl, checkSsml, base })]]
      : [];
  });
  const lists = Object.fromEntries(nested.map(([key, { actions }]) => [key, actions]));
  const own = [...(found.length > 0 ? [] : type.warnings(option)), ...secretWarnings(type, option)];
  return {
    action: nested.length > 0 ? { ...action, option: { ...option, ...lists } } : action,
    problems: [
      ...found.map((problem) => within(`${path}.option`, problem)),
      ...targetProblems(action, type, path, ids),
      ...[
        ...urlProblems(type, option, checkUrl),
        ...ssmlProblems(type, option, checkSsml),
        ...type.problems(option),
      ].map((problem) => within(`${path}.option`, problem)),
      ...nested.flatMap(([, { problems }]) => problems),
    ],
    warnings: [
      ...own.map((warning) => within(`${path}.option`, warning)),
      ...nested.flatMap(([, { warnings }]) => warnings),
    ],
  };
}

/** What a run of these actions without a call will leave out. */
export function skippedWithoutCall(
  actions: readonly ActionJson[],
  catalogue: ActionCatalogue,
  base = 'actions',
): Problem[] {
  return actions.flatMap(({ type }, index) => {
    const needs = catalogue.get(type)?.needs ?? 'nothing';
    if (needs === 'nothing') return [];
    return [{ path: `${base}[${index}]`, message: `${type} needs a call, without one it is skipped` }];
  });
}

function failed(path: string, message: string): CheckedFlow {
  return { actions: [], problems: [{ path, message }], warnings: [] };
}

function parseEnvelope(item: unknown, path: string, problems: Problem[]): Envelope | undefined {
  const result = envelope.safeParse(item, wording);
  if (result.success) return result.data;
  problems.push(...problemsOf(result.error).map((problem) => within(path, problem)));
  return undefined;
}

/** A problem's path, seen from outside. */
function within(base: string, { path, message }: Problem): Problem {
  if (path === '') return { path: base, message };
  return { path: path.startsWith('[') ? `${base}${path}` : `${base}.${path}`, message };
}

function normalize({ id, next_id, type, option, on_error_id }: Envelope): ActionJson {
  return {
    id: isNowhere(id) ? randomUuid() : (id ?? ''),
    next_id: isNowhere(next_id) ? zeroId : (next_id ?? zeroId),
    type,
    ...(option && { option }),
    ...(!isNowhere(on_error_id) && on_error_id !== undefined && { on_error_id }),
  };
}

/** The id of an action, whatever else is wrong with it: who jumps there makes no mistake. */
function writtenId(item: unknown): string[] {
  const isNamed = typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string';
  return isNamed ? [item.id as string] : [];
}

function idProblems(envelopes: readonly (Envelope | undefined)[], base: string): Problem[] {
  const seen = new Set<string>();
  return envelopes.flatMap((found, index) => {
    const id = found?.id;
    if (id === undefined || isNowhere(id)) return [];
    const path = `${base}[${index}].id`;
    if (reservedIds.has(id)) return [{ path, message: 'this id is reserved' }];
    if (seen.has(id)) return [{ path, message: `duplicate id ${JSON.stringify(id)}` }];
    seen.add(id);
    return [];
  });
}

function targetProblems(action: ActionJson, type: Action, path: string, ids: ReadonlySet<string>): Problem[] {
  const targets: [string, unknown][] = [
    [`${path}.next_id`, action.next_id],
    [`${path}.on_error_id`, action.on_error_id],
    ...targetsOf(type, action.option ?? {}).map(([key, id]): [string, unknown] => [
      `${path}.option.${key}`,
      id,
    ]),
  ];
  return targets.flatMap(([where, id]) => {
    if (typeof id !== 'string' || isNowhere(id) || hasPlaceholder(id)) return [];
    if (id === action.id) return [{ path: where, message: 'an action cannot jump to itself' }];
    return ids.has(id)
      ? []
      : [{ path: where, message: `no action has the id ${JSON.stringify(id.slice(0, 64))}` }];
  });
}

function urlProblems(
  type: Action,
  option: Readonly<Record<string, unknown>>,
  checkUrl: FlowRules['checkUrl'],
): Problem[] {
  return placesOf(type.urls, option).flatMap(([path, url]) => {
    if (typeof url !== 'string' || url === '' || hasPlaceholder(url)) return [];
    if (type.internalUrls !== undefined && url.startsWith(type.internalUrls)) return [];
    const message = checkUrl?.(url);
    return message === undefined ? [] : [{ path, message }];
  });
}

function ssmlProblems(
  type: Action,
  option: Readonly<Record<string, unknown>>,
  checkSsml: FlowRules['checkSsml'],
): Problem[] {
  return placesOf(type.ssml, option).flatMap(([path, text]) => {
    const message = typeof text === 'string' && isSsml(text) ? checkSsml?.(text) : undefined;
    return message === undefined ? [] : [{ path, message }];
  });
}

/** The ids an option names, with their places. */
export function targetsOf(type: Action, option: Readonly<Record<string, unknown>>): [string, unknown][] {
  return placesOf(type.targets, option);
}

/** What stands at some places of an option: `target_ids.*` stands for every value of an object, `prompts.*.text` for one of each item. */
function placesOf(
  patterns: readonly string[],
  option: Readonly<Record<string, unknown>>,
): [string, unknown][] {
  return patterns.flatMap((pattern) =>
    placesBelow(pattern.split('.'), [[], option]).map(([path, value]): [string, unknown] => [
      pathText(path),
      value,
    ]),
  );
}

type Place = readonly [path: readonly (string | number)[], value: unknown];

function placesBelow([step, ...rest]: readonly string[], [path, value]: Place): readonly Place[] {
  if (step === undefined) return [[path, value]];
  if (step !== '*') return placesBelow(rest, [[...path, step], objectIn(value)[step]]);
  const children: Iterable<readonly [string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(objectIn(value));
  return [...children].flatMap(([key, child]) => placesBelow(rest, [[...path, key], child]));
}

/** Answers and events hide a secret; the database and its backups do not. */
function secretWarnings(type: Action, option: Readonly<Record<string, unknown>>): readonly Problem[] {
  const own = Object.fromEntries(Object.entries(option).filter(([key]) => !type.nested.includes(key)));
  const message =
    type.type === 'webhook_send'
      ? 'is a secret, and is kept with the flow: better a stored webhook (`webhook_id`), which has it alone'
      : 'is a secret, and is kept with the flow';
  return secretsIn(own).map((path) => ({ path: pathText(path), message }));
}
