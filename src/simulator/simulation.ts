import { replaceChance } from '../core/random.ts';
import { emptyInstallation } from './installation.ts';
import { Run } from './run.ts';
import { chanceOf } from './seeded.ts';
import type { Simulated, SimulationOptions } from './simulation-options.ts';
import { VirtualClock } from './virtual-clock.ts';

let turn: Promise<unknown> = Promise.resolve();

/**
 * Simulates one call, from its first event to its last, in virtual time. The clock and the ids of the whole thread are the simulation's
 * meanwhile: one goes on at a time, others wait for their turn; a caller who is asked must not begin another one.
 */
export function simulate(options: SimulationOptions): Promise<Simulated> {
  const simulated = turn.then(() => inVirtualTime(options));
  turn = simulated.catch(() => undefined);
  return simulated;
}

const usualTime = new Date('2026-03-02T12:00:00Z');

async function inVirtualTime(options: SimulationOptions): Promise<Simulated> {
  const { at = usualTime, seed = 1, installation = emptyInstallation } = options;
  using clock = new VirtualClock(at.toISOString());
  using _chance = replaceChance(chanceOf(seed));
  return await new Run({ ...options, installation }, clock).toTheEnd();
}
