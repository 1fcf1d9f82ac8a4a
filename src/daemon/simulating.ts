import type { SimulatedCall, WantedSimulation } from '../api/simulations.ts';
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

/** Simulates calls for users of the API, in threads of their own. @throws AriflowError `UNAVAILABLE` */
export function startSimulating({
  store,
  scope,
  longestCall,
}: SimulatingNeeds): (wanted: WantedSimulation) => Promise<SimulatedCall> {
  const limits = { ...bounds, call: longestCall };
  const program = programFile('simulator/program');
  const threads = Array.from({ length: atOnce }, () => ({
    thread: new FairThread<SimulationJob, SimulatedCall>({ program, megabytes }),
    busy: 0,
  }));
  scope.defer(() => Promise.all(threads.map(({ thread }) => thread.close())));
  return async (wanted) => {
    const job = { wanted, belongings: await belongingsOf(wanted, store), limits };
    const free = threads.reduce((best, each) => (each.busy < best.busy ? each : best));
    free.busy++;
    try {
      return await free.thread.run(job, { share: new Share(), limit: bounds.real, signal: scope.signal });
    } catch (cause) {
      if (cause instanceof OutOfTime && cause.message !== 'no turn came') return outOfTime;
      if (!(cause instanceof OutOfTime) && !(cause instanceof ThreadLost)) throw cause;
      throw new AriflowError('UNAVAILABLE', `the flow cannot be simulated: ${cause.message}`, { cause });
    } finally {
      free.busy--;
    }
  };
}

/** It has taken so long without coming back that nothing is known of it. */
const outOfTime: SimulatedCall = {
  ended: { how: 'limit', reason: 'real time', at: 0 },
  isGood: false,
  steps: [],
  variables: {},
};
