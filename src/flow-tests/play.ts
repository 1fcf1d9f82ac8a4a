import { ActionError, messageOf } from '../core/errors.ts';
import type { Action } from '../flows/action.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Called, Party } from '../simulator/caller.ts';
import { simulate } from '../simulator/simulation.ts';
import type { Simulated } from '../simulator/simulation-options.ts';
import type { AssumedStep, Step as SimulatedStep } from '../simulator/steps.ts';
import { PatternOverrun } from './pattern.ts';
import type { Heard, Played } from './played.ts';
import type { FlowTest } from './read-tests.ts';
import { Servers } from './servers.ts';
import { TestCaller } from './test-caller.ts';
import type { World } from './world.ts';

/** How long a test may take, in milliseconds; and its call, of virtual time, when it says nothing of its end. */
const limits = { steps: 20_000, call: 86_400_000, real: 10_000 };

/** How much longer than a call was to be is waited for its end. */
const grace = 3_600_000;

export interface TestPlay {
  readonly played: Played;
  readonly steps: readonly SimulatedStep[];
}

/** Plays a test's call in virtual time. Never rejects: what goes wrong with it is why it was broken off. */
export async function play(test: FlowTest, world: World, catalogue: ActionCatalogue): Promise<TestPlay> {
  const { given, replies, expected } = test;
  const heard: Heard[] = [];
  const caller = new TestCaller(test.steps, heard);
  const servers = new Servers(replies);
  const unknown: string[] = [];
  try {
    const result = await simulate({
      catalogue: failing(catalogue, given.fails ?? {}),
      flow: world.flowOf(given),
      number: given.dials,
      from: given.from,
      at: given.at === undefined ? undefined : new Date(given.at),
      installation: world.installation,
      caller: (waiting) => caller.react(waiting),
      hangupAfter: caller.hangsUpAfter,
      parties: (called) => {
        const party = partyFor(called, given.called ?? {});
        if (!party) unknown.push(`${called.endpoint} was called, and no \`called\` says what comes of that`);
        return party ?? { answers: 'noanswer' };
      },
      webhooks: (request) => servers.answer(request),
      answeredBy: given.answered_by,
      variables: given.variables,
      seed: given.seed,
      limits: {
        ...limits,
        ...(expected.ended_within !== undefined && { call: expected.ended_within + grace }),
      },
      onStep: (step) => {
        if (step.kind === 'heard') heard.push({ at: step.at - step.heard, text: step.text });
      },
    });
    caller.end(result.ended.how === 'caller');
    return { played: playedOf(result, { heard, done: caller.done, unknown }), steps: result.steps };
  } catch (error) {
    const nothing = {
      ended: { how: 'stuck', reason: '', at: 0 },
      isGood: false,
      steps: [],
      variables: {},
    } as const;
    return {
      played: { ...playedOf(nothing, { heard, done: caller.done, unknown }), broken: whyBrokenOff(error) },
      steps: [],
    };
  }
}

/** The same actions, of which some fail, by their ids, as soon as they are come to. */
function failing(
  catalogue: ActionCatalogue,
  fails: NonNullable<FlowTest['given']['fails']>,
): ActionCatalogue {
  const codes = new Map(Object.entries(fails));
  if (codes.size === 0) return catalogue;
  const all = [...catalogue].map(([name, type]): [string, Action] => [
    name,
    {
      ...type,
      async run(context, option) {
        const code = codes.get(context.action.id);
        if (code === undefined) return type.run(context, option);
        throw new ActionError(code, 'the test says that it fails');
      },
    },
  ]);
  return new Map(all);
}

/** One test that breaks off, by a defect of ours too, keeps no other from being run. */
function whyBrokenOff(error: unknown): string {
  return error instanceof PatternOverrun ? error.message : `the simulation broke off: ${messageOf(error)}`;
}

/** What those do who are called, by number; `*` is whoever is not named before. */
function partyFor({ endpoint }: Called, called: NonNullable<FlowTest['given']['called']>): Party | undefined {
  const number = /^(?:[^/]*\/)?(?:sips?:)?([^@/;]+)/.exec(endpoint)?.[1];
  const [, party] = Object.entries(called).find(([who]) => who === '*' || who === number) ?? [];
  if (!party) return undefined;
  const { answers, after, talks } = party;
  return { answers, ...(after !== undefined && { after }), ...(talks !== undefined && { talks }) };
}

function playedOf(
  { ended, steps, variables }: Simulated,
  { heard, done, unknown }: { heard: readonly Heard[]; done: number; unknown: readonly string[] },
): Played {
  const silent = steps.find(
    (step): step is AssumedStep => step.kind === 'assumed' && step.option === '--webhook',
  );
  const [unanswered = silent && `${silent.what}: \`replies\` says nothing of it`] = unknown;
  const isOver = ended.how === 'flow' || ended.how === 'caller';
  return {
    heard,
    requested: steps.flatMap((step) => (step.kind === 'request' ? [step] : [])),
    passed: steps.flatMap((step) => (step.kind === 'action' ? [step] : [])),
    variables,
    done,
    end: isOver ? { at: ended.at, by: ended.how } : undefined,
    broken: isOver ? unanswered : whyBroken(ended, steps),
  };
}

function whyBroken({ how, reason, at }: Simulated['ended'], steps: readonly SimulatedStep[]): string {
  const failed = steps.findLast((step) => step.kind === 'failed');
  if (how === 'failed')
    return `the call failed${failed ? `: ${failed.code}, ${failed.message}` : `: ${reason}`}`;
  if (how === 'stuck') return `the call never ends: ${reason}`;
  const cuts: Readonly<Record<string, string>> = {
    steps: `${limits.steps} steps`,
    'real time': `${limits.real / 1_000} s of computing`,
  };
  return `the call never ends: it was given up after ${cuts[reason] ?? `${Math.round(at / 60_000)} minutes of its time`}`;
}
