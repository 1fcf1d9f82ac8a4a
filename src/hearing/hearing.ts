import { Breaker } from '../core/breaker.ts';
import { ActionError } from '../core/errors.ts';
import { standardForm } from '../core/language-names.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { Ear, HearingListener, HearingPort, HearingRequest } from '../ports/hearing.ts';
import { LiveEar } from './live-ear.ts';
import type { Engine } from './stretch.ts';
import type { Stt, SttRequest } from './stt.ts';

export interface HearingOptions {
  /** In the order in which they are asked where a flow names none. */
  readonly engines: readonly Stt[];
  readonly log: Log;
}

/** Those who listen: who of them hears what. */
export class Hearing implements HearingPort {
  readonly #engines: readonly Engine[];
  readonly #log: Log;

  constructor({ engines, log }: HearingOptions) {
    this.#log = log;
    this.#engines = engines.map((stt) => ({
      stt,
      breaker: new Breaker({
        onRest: (duration) => log.warn({ engine: stt.name, duration }, 'hearing_engine_rests'),
        onBack: () => log.info({ engine: stt.name }, 'hearing_engine_back'),
      }),
    }));
  }

  /** Who can be asked here, or could be. */
  get engines(): readonly Stt[] {
    return this.#engines.map(({ stt }) => stt);
  }

  problemOf(request: HearingRequest): ActionError | undefined {
    try {
      this.#enginesFor(request);
      return undefined;
    } catch (error) {
      if (error instanceof ActionError) return error;
      throw error;
    }
  }

  async open(request: HearingRequest, listener: HearingListener, scope: Scope): Promise<Ear> {
    scope.signal.throwIfAborted();
    const { asked, engines } = this.#enginesFor(request);
    const ear = new LiveEar({ engines, request: asked, listener, scope, log: this.#log });
    await ear.begin();
    return ear;
  }

  /** What is asked of them, and who can be. @throws ActionError */
  #enginesFor({ language: tag, provider, hints }: HearingRequest): {
    readonly asked: SttRequest;
    readonly engines: readonly Engine[];
  } {
    const language = standardForm(tag);
    if (language === undefined)
      throw new ActionError('UNKNOWN_LANGUAGE', `language: there is no language ${tag}`, {
        path: 'language',
      });
    const asked = { language, hints };
    return { asked, engines: provider === undefined ? this.#choice(asked) : [this.#named(provider, asked)] };
  }

  /** The one a flow asks for. @throws ActionError */
  #named(provider: string, asked: SttRequest): Engine {
    const engine = this.#engines.find(({ stt }) => stt.name === provider);
    if (!engine?.stt.isAvailable())
      throw new ActionError('UNKNOWN_PROVIDER', `provider: ${provider} cannot be asked here`, {
        path: 'provider',
      });
    const problem = engine.stt.problemOf(asked);
    if (problem) throw problem;
    return engine;
  }

  /** All that can hear it: those that are down last. @throws ActionError of the last that cannot */
  #choice(asked: SttRequest): readonly Engine[] {
    const available = this.#engines.filter(({ stt }) => stt.isAvailable());
    const able = available.filter(({ stt }) => stt.problemOf(asked) === undefined);
    if (able.length > 0)
      return able.sort((a, b) => Number(a.breaker.isResting) - Number(b.breaker.isResting));
    throw (
      available.at(-1)?.stt.problemOf(asked) ??
      new ActionError('UNKNOWN_PROVIDER', 'there is no provider here that listens', { path: 'provider' })
    );
  }
}
