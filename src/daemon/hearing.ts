import { hearingEngines } from '../hearing/engines.ts';
import { Hearing } from '../hearing/hearing.ts';
import type { Foundation } from './foundation.ts';

/** Those who listen. What an engine keeps for streams to come ends after the calls. */
export function startHearing({ config, log, scope }: Foundation): Hearing {
  const engines = hearingEngines(config);
  for (const engine of engines) scope.defer(() => engine.close?.());
  return new Hearing({ engines, log });
}
