import { AriflowError } from '../core/errors.ts';
import { FairThread, OutOfTime, Share, ThreadLost } from '../core/fair-thread.ts';
import type { Scope } from '../core/scope.ts';
import { Slices } from '../core/slices.ts';
import { within } from '../core/wait.ts';
import type { CheckedFlow } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Checked, CheckingJob } from '../flows/reading/checking.ts';
import type { Mapped, MappingJob } from '../flows/reading/mapping.ts';
import { Replies } from '../flows/reading/replies.ts';
import { AddressPolicy, type AddressPolicyOptions } from '../http/address-policy.ts';
import { urlProblem } from '../http/url-problem.ts';
import type { Recorder } from '../news/recorder.ts';
import { ssmlProblem } from '../speech/ssml.ts';

/** A reply of a megabyte is a document of some hundred. */
const megabytes = 256;

/** How long a flow waits for a store that is behind. */
const patience = 1_000;

/** Node runs the `.ts` as it is; the built package has only the `.js` beside this file. */
function program(name: string): URL {
  return new URL(`./${name}-program.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

/** What reads replies and flows, with its threads: two, since what a path finds may take long, and actions do not. */
export function startReading(
  catalogue: ActionCatalogue,
  { allow, allowHttp }: AddressPolicyOptions,
  scope: Scope,
): Replies {
  const given: AddressPolicyOptions = {
    ...(allow && { allow }),
    ...(allowHttp !== undefined && { allowHttp }),
  };
  const mapping = new FairThread<MappingJob, Mapped>({ program: program('mapping'), megabytes });
  const checking = new FairThread<CheckingJob, Checked>({ program: program('checking'), given, megabytes });
  scope.defer(() => Promise.all([mapping.close(), checking.close()]));
  const rules = { catalogue, checkUrl: urlProblem(new AddressPolicy(given)), checkSsml: ssmlProblem };
  return new Replies({ rules, mapping, checking });
}

/** What users of the API send is one more that shares the thread. @throws AriflowError `UNAVAILABLE` */
export function flowValidation(replies: Replies, scope: Scope): (json: string) => Promise<CheckedFlow> {
  const reading = { share: new Share(), signal: scope.signal };
  return async (json) => {
    try {
      return await replies.flow(json, reading);
    } catch (cause) {
      if (!(cause instanceof OutOfTime) && !(cause instanceof ThreadLost)) throw cause;
      throw new AriflowError('UNAVAILABLE', `the flow cannot be checked: ${cause.message}`, { cause });
    }
  };
}

/** Where flows that go on and on let others go first: the loop serves whoever came meanwhile, and the store catches up. */
export function pacing(
  recorder: Pick<Recorder, 'flush' | 'isPressed'>,
): (signal: AbortSignal) => Promise<void> {
  const slices = new Slices();
  return async (signal) => {
    await slices.next();
    signal.throwIfAborted();
    if (recorder.isPressed) await within(recorder.flush(signal), patience, signal);
  };
}
