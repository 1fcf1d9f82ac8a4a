import type { Parts } from '../api/parts.ts';
import type { ReplayedCall, WantedReplay } from '../api/replays.ts';
import type { SimulatedCall } from '../api/simulations.ts';
import { AriflowError } from '../core/errors.ts';
import { FairThread, OutOfTime, Share, ThreadLost } from '../core/fair-thread.ts';
import { programFile } from '../core/package-files.ts';
import type { Scope } from '../core/scope.ts';
import { belongingsOf } from '../simulator/belongings.ts';
import type { SimulationJob } from '../simulator/program.ts';
import type { Store } from '../storage/store.ts';

export interface SimulatingNeeds {
  readonly store: Store;
  readonly scope: Scope;
  /** No call lives longer, in milliseconds. */
  readonly longestCall: number;
}

/** So many are simulated at once. */
const atOnce = 2;
const bounds = { steps: 10_000, bytes: 4_194_304, real: 5_000 };
const megabytes = 256;

type Job = SimulationJob extends infer J ? (J extends SimulationJob ? Omit<J, 'limits'> : never) : never;
type Answer = SimulatedCall | ReplayedCall;

/** Simulates calls for users of the API, and meets those that were once more, in threads of their own. @throws AriflowError `UNAVAILABLE` */
export function startSimulating({
  store,
  scope,
  longestCall,
}: SimulatingNeeds): Pick<Parts, 'simulateFlow' | 'replayCall'> {
  const limits = { ...bounds, call: longestCall };
  const program = programFile('simulator/program');
  const threads = Array.from({ length: atOnce }, () => ({
    thread: new FairThread<SimulationJob, Answer>({ program, megabytes }),
    busy: 0,
  }));
  scope.defer(() => Promise.all(threads.map(({ thread }) => thread.close())));
  /** Nothing: it has taken so long without coming back that nothing is known of it. */
  const run = async (job: Job): Promise<Answer | undefined> => {
    const free = threads.reduce((best, each) => (each.busy < best.busy ? each : best));
    free.busy++;
    try {
      const wanted = { share: new Share(), limit: bounds.real, signal: scope.signal };
      return await free.thread.run({ ...job, limits }, wanted);
    } catch (cause) {
      if (cause instanceof OutOfTime && cause.message !== 'no turn came') return undefined;
      if (!(cause instanceof OutOfTime) && !(cause instanceof ThreadLost)) throw cause;
      throw new AriflowError('UNAVAILABLE', `the flow cannot be simulated: ${cause.message}`, { cause });
    } finally {
      free.busy--;
    }
  };
  return {
    simulateFlow: async (wanted) => {
      const belongings = await belongingsOf(wanted, store);
      const simulated = await run({ wanted, belongings });
      return (simulated as SimulatedCall | undefined) ?? { ...outOfTime, isGood: false, variables: {} };
    },
    replayCall: async (replayed) => {
      const belongings = await belongingsOf({ flow: replayed.flow, met: metIn(replayed) }, store);
      const answer = await run({ replayed, belongings });
      const unknown = { ...outOfTime, call_id: replayed.call.id, is_same: false, assumed: [] };
      return (answer as ReplayedCall | undefined) ?? unknown;
    },
  };
}

const outOfTime = { ended: { how: 'limit', reason: 'real time', at: 0 }, steps: [] } as const;

/** Flows that ran on a call, and replies that may have led to something. */
function metIn({ timeline }: WantedReplay): readonly unknown[] {
  return timeline.events.flatMap(({ type, what, data }) => {
    if (type === 'flow') return [what];
    return type === 'request' ? [data.reply] : [];
  });
}
