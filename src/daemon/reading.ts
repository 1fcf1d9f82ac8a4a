import { FairThread } from '../core/fair-thread.ts';
import { programFile } from '../core/package-files.ts';
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
  const mapping = new FairThread<MappingJob, Mapped>({
    program: programFile('daemon/mapping-program'),
    megabytes,
  });
  const checking = new FairThread<CheckingJob, Checked>({
    program: programFile('daemon/checking-program'),
    given,
    megabytes,
  });
  scope.defer(() => Promise.all([mapping.close(), checking.close()]));
  const rules = { catalogue, checkUrl: urlProblem(new AddressPolicy(given)), checkSsml: ssmlProblem };
  return new Replies({ rules, mapping, checking });
}
