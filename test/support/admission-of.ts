import { Admission, type AdmissionOptions } from '../../src/calls/admission.ts';
import { silentLog } from '../../src/core/log.ts';

/** What lets calls in, with the limits and the figures that a test gives. */
export function admissionOf(given: Partial<AdmissionOptions> = {}): Admission {
  return new Admission({
    limits: {},
    live: () => 0,
    strain: { lag: 0, memory: 0 },
    onRefused: () => undefined,
    log: silentLog,
    ...given,
  });
}
