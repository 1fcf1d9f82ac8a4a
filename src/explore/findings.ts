import { knownVariables } from '../flows/variable-table.ts';
import { objectIn } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { loopsOf } from './components.ts';
import type { Course } from './decision.ts';
import type { Evidence, Seen } from './evidence.ts';
import type { Finding, FindingKind } from './finding.ts';
import { hasOwnWay, tellsOf } from './kinds-of-actions.ts';
import type { Plan } from './plan.ts';
import { unreached } from './unreachable.ts';

/** What all runs have shown to be wrong, in the order of the actions. */
export function findingsOf(plan: Plan, evidence: Evidence, wasCut: boolean): readonly Finding[] {
  const found = [
    ...unreachable(plan, evidence, wasCut),
    ...silent(evidence),
    ...looping(evidence, plan),
    ...cut(evidence),
    ...unset(evidence, plan),
    ...unhandled(evidence, plan),
  ];
  const places = new Map(plan.actions.map(({ id }, place) => [id, place]));
  return found
    .map(({ kind, action, message, course }): Finding => {
      const place = places.get(action.id);
      const { id, type } = action;
      return {
        kind,
        path: place === undefined ? '' : `actions[${place}]`,
        action: { id, type },
        message,
        course,
      };
    })
    .toSorted((one, other) => (places.get(one.action.id) ?? 0) - (places.get(other.action.id) ?? 0));
}

interface Found {
  readonly kind: FindingKind;
  readonly action: ActionJson;
  readonly message: string;
  readonly course: Course | undefined;
}

function unreachable(plan: Plan, evidence: Evidence, wasCut: boolean): readonly Found[] {
  return unreached(plan, evidence, wasCut).map(({ action, others }) => {
    const more =
      others === 0 ? '' : `, nor to ${others === 1 ? 'the action' : `the ${others} actions`} behind it`;
    return { kind: 'unreachable', action, message: `nobody comes here${more}`, course: undefined };
  });
}

function silent({ silences }: Evidence): readonly Found[] {
  return [...silences.values()].map(({ action, course, length }) => ({
    kind: 'silence',
    action,
    message: `the caller hears nothing for ${seconds(length)}`,
    course,
  }));
}

/** What goes round without asking anybody, each ring of actions once. */
function looping({ states, endless }: Evidence, { actions }: Plan): readonly Found[] {
  const rings = loopsOf(new Map([...states].map(([state, { next }]) => [state, next]))).map((ring) =>
    ring.flatMap((state) => states.get(state) ?? []),
  );
  const places = new Map(actions.map(({ id }, place) => [id, place]));
  const placeOf = ({ action }: Seen): number => places.get(action.id) ?? Infinity;
  const found = new Map<string, Found>();
  for (const ring of rings) {
    const [first] = ring.toSorted(
      (one, other) => one.course.length - other.course.length || placeOf(one) - placeOf(other),
    );
    const ids = [...new Set(ring.map(({ action }) => action.id))].toSorted();
    const key = ids.join();
    if (!first || found.has(key)) continue;
    const { action, course } = first;
    const round = ids.length === 1 ? 'again and again' : `round ${ids.length} actions`;
    found.set(key, {
      kind: 'loop',
      action,
      message: `goes ${round} without asking the caller for anything`,
      course,
    });
  }
  if (found.size > 0) return [...found.values()];
  return [...endless.values()].map(({ action, course }) => ({
    kind: 'loop',
    action,
    message: 'goes round until the loop guard ends the flow',
    course,
  }));
}

function cut({ cut: seen, heard }: Evidence): readonly Found[] {
  return [...seen.values()].flatMap(({ action, course }): Found[] =>
    heard.has(action.id)
      ? []
      : [
          {
            kind: 'cut_prompt',
            action,
            message: 'this is never heard to its end: what follows cuts it off',
            course,
          },
        ],
  );
}

function unset({ unset: seen }: Evidence, { isSetHere }: Plan): readonly Found[] {
  return [...seen.values()].map(({ action, course, name }) => {
    const why =
      isSetHere(name) || knownVariables.has(name)
        ? 'is read here, and nothing on this way has set it'
        : 'is read here, and nothing in this flow sets it (`--var` gives what whoever starts it does)';
    return { kind: 'unset_variable', action, message: `\`${name}\` ${why}`, course };
  });
}

function unhandled({ unhandled: seen, reached }: Evidence, plan: Plan): readonly Found[] {
  const alone = [...seen.values()].map(({ action, course }): Found => {
    const message = 'where this comes to nothing the caller is hung up without a word';
    return { kind: 'unhandled_failure', action, message, course };
  });
  const known = new Set(seen.keys());
  const ignored = plan.actions.flatMap((action): Found[] => {
    const course = reached.get(action.id);
    if (!course || known.has(action.id) || !isIgnored(action, plan)) return [];
    const message = 'where this fails the flow goes on as if it had not: nothing asks whether it has';
    return [{ kind: 'unhandled_failure', action, message, course: [...course, failing(action)] }];
  });
  return [...alone, ...ignored];
}

/** Whether a server is asked for something, and the flow neither goes elsewhere nor looks when that fails. */
function isIgnored(action: ActionJson, { ahead, catalogue }: Plan): boolean {
  const { type, option = {} } = action;
  if (type !== 'fetch' && !(type === 'webhook_send' && option.sync === true)) return false;
  if (hasOwnWay(action)) return false;
  const sets = catalogue.get(type)?.sets(objectIn(option)) ?? [];
  const reads = ahead.next(action).flatMap((id) => [...(ahead.live(id)?.reads ?? [])]);
  return !reads.some((name) => tellsOf(type, name) || (sets !== 'anything' && sets.includes(name)));
}

function failing({ id, option }: ActionJson): Course[number] {
  const { uri, event_url, method = 'POST', event_method = method } = objectIn(option);
  const replied = { says: 'no reply in time', reply: { delay: 120_000 }, fails: true };
  return { kind: 'reply', action: id, method: String(event_method), url: String(uri ?? event_url), replied };
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
