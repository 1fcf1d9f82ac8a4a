import type { Metrics } from '../api/metrics.ts';
import { Admission } from '../calls/admission.ts';
import { Strain } from '../core/strain.ts';
import type { Foundation } from './foundation.ts';

/** Whom nobody looks at is not pressed. */
const unknown = { lag: 0, memory: 0 };

/** What lets calls in. */
export function makeAdmission({
  config: { limit },
  log,
  scope,
  late,
  metrics,
}: Foundation & { readonly metrics: Metrics }): Admission {
  const strain = limit.lag === undefined && limit.memory === undefined ? undefined : new Strain();
  if (strain) scope.defer(() => strain[Symbol.dispose]());
  return new Admission({
    limits: limit,
    live: () => late.value.calls.size,
    strain: strain ?? unknown,
    onRefused: metrics.admission.refused,
    log,
  });
}
