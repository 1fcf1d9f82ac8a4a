import { FairThread } from '../core/fair-thread.ts';
import type { Scope } from '../core/scope.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Checked, CheckingJob } from '../flows/reading/checking.ts';
import type { Mapped, MappingJob } from '../flows/reading/mapping.ts';
import { Replies } from '../flows/reading/replies.ts';
import { AddressPolicy, type AddressPolicyOptions } from '../http/address-policy.ts';
import { urlProblem } from '../http/url-problem.ts';
import { ssmlProblem } from '../speech/ssml.ts';

/** A reply of a megabyte is a document of some hundred. */
const megabytes = 256;

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
