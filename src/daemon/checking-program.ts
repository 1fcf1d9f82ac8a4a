import { workerData } from 'node:worker_threads';
import { serve } from '../core/thread-program.ts';
import { loadActions } from '../flows/load-actions.ts';
import { type Checked, type CheckingJob, checkingOf } from '../flows/reading/checking.ts';
import { checkJsonPath } from '../flows/reading/json-path.ts';
import { checkXmlPath } from '../flows/reading/xml-path.ts';
import { AddressPolicy, type AddressPolicyOptions } from '../http/address-policy.ts';
import { urlProblem } from '../http/url-problem.ts';
import { ssmlProblem } from '../speech/ssml.ts';

// A thread that checks actions which came from outside; reading.ts starts it, and gives it the options of the address policy.

const policy = new AddressPolicy(workerData as AddressPolicyOptions);
const rules = { catalogue: await loadActions(), checkUrl: urlProblem(policy), checkSsml: ssmlProblem };

// What reads paths and SSML is loaded before the first job, whose time it would take.
checkJsonPath('$');
checkXmlPath('/');

serve((job: CheckingJob): Checked => checkingOf(job, rules));
