import type { Log } from '../core/log.ts';

/** What is to be known of an engine, be it one that speaks or one that listens. */
export interface Engine {
  readonly name: string;
  isAvailable(): boolean;
  /** Why it cannot be asked, and what would change that. */
  readonly missing?: string | undefined;
}

/** A provider, with all its engines. */
export interface Provider {
  readonly provider: string;
  /** Whether it can be asked to speak. */
  readonly speaks: boolean;
  /** Whether it can be asked to listen. */
  readonly hears: boolean;
  /** Whether it can be asked for any of this just now. */
  readonly available: boolean;
  /** Why it cannot be asked for something; empty where it can be for all that it has. */
  readonly reason: string;
}

export interface Engines {
  readonly speaking: readonly Engine[];
  readonly listening: readonly Engine[];
  /** Whether a provider has failed too often, and is left alone for a while. */
  readonly isResting?: (provider: string) => boolean;
}

/** Who can be asked here, in the order in which they are. */
export function providersOf({ speaking, listening, isResting = () => false }: Engines): Provider[] {
  const all = [...speaking, ...listening];
  return [...new Set(all.map(({ name }) => name))].map((provider) => {
    const can = (engines: readonly Engine[]): boolean =>
      engines.some((engine) => engine.name === provider && engine.isAvailable());
    const [speaks, hears, rests] = [can(speaking), can(listening), isResting(provider)];
    const away = all.filter((engine) => engine.name === provider && !engine.isAvailable());
    const reasons = [
      ...away.map(({ missing }) => missing ?? 'it is not here'),
      ...(rests ? ['it has failed too often, and is left alone for a while'] : []),
    ];
    return {
      provider,
      speaks,
      hears,
      available: (speaks || hears) && !rests,
      reason: [...new Set(reasons)].join('; '),
    };
  });
}

/** Says once, at the start, who can be asked, and why the others cannot. */
export function tellProviders(providers: readonly Provider[], log: Log): void {
  const names = (what: 'speaks' | 'hears'): string[] =>
    providers.filter((each) => each[what]).map(({ provider }) => provider);
  const without = providers
    .filter(({ available }) => !available)
    .map(({ provider, reason }) => `${provider}: ${reason}`);
  log.info({ speak: names('speaks'), hear: names('hears'), without }, 'speech_providers');
}

/** As `ariflow check` prints it. */
export function providerLine({ provider, speaks, hears, reason }: Provider): string {
  const does = [speaks ? 'speaks' : '', hears ? 'listens' : ''].filter(Boolean).join(' and ');
  return `speech: ${provider}${does === '' ? '' : ` ${does}`}${reason === '' ? '' : `: ${reason}`}`;
}
