import { after } from '../../core/wait.ts';
import type { SimulatedChannel } from './channel.ts';
import type { SimulatedWorld } from './world.ts';

/** Where in the dialplan a channel is sent. */
export interface DialplanPlace {
  readonly context: string;
  readonly extension: string;
  readonly priority: number;
}

/** What the dialplan does with channels that are sent into it: it judges who has answered, keeps them, or hangs up. */
export class SimulatedDialplan {
  /** What `AMD()` says of everybody, and after how many milliseconds. */
  verdict: { readonly status: string; readonly cause: string; readonly after: number } = {
    status: 'HUMAN',
    cause: 'HUMAN-800-800',
    after: 800,
  };
  /** What a phone says that is asked to call somewhere else, and after how many milliseconds. */
  referral: { readonly status: string; readonly code: number; readonly after: number } = {
    status: 'FAILURE',
    code: 486,
    after: 700,
  };
  /** The texts that phones were sent inside their calls. */
  readonly texts: string[] = [];
  /** Contexts that are not there. */
  readonly missing = new Set<string>();
  /** Contexts where a channel stays until somebody hangs up. */
  readonly lasting = new Set<string>();
  readonly #world: SimulatedWorld;
  readonly #judging = new Map<SimulatedChannel, Disposable>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({
      after: (channel) => {
        this.#judging.get(channel)?.[Symbol.dispose]();
        this.#judging.delete(channel);
      },
    });
  }

  enter(channel: SimulatedChannel, { context }: DialplanPlace): void {
    if (this.lasting.has(context)) return;
    if (context === 'ariflow-refer' && !this.missing.has(context)) return this.#refer(channel);
    if (context === 'ariflow-text') return this.#send(channel);
    if (context !== 'ariflow-amd' || this.missing.has(context))
      return this.#world.end(channel, { by: 'them', cause: 16 });
    const { status, cause, after: wait } = this.verdict;
    const judge = after(wait, () => this.comeBack(channel, ['amd', status, cause]));
    this.#judging.set(channel, judge);
  }

  /** What is sent so is heard of at once. */
  #send(channel: SimulatedChannel): void {
    this.texts.push(channel.variables.get('SENDTEXT_BODY') ?? '');
    channel.variables.set('SENDTEXTSTATUS', 'SUCCESS');
    this.comeBack(channel, ['back']);
  }

  #refer(channel: SimulatedChannel): void {
    const { status, code, after: wait } = this.referral;
    const asked = after(wait, () => {
      channel.variables.set('TRANSFERSTATUS', status);
      channel.variables.set('TRANSFERSTATUSPROTOCOL', String(code));
      this.comeBack(channel, ['back']);
    });
    this.#judging.set(channel, asked);
  }

  /** A channel comes back from the dialplan. */
  comeBack(channel: SimulatedChannel, args: readonly string[]): void {
    channel.isInStasis = true;
    channel.cameWith = args;
    this.#world.emit({ type: 'StasisStart', args: [...args], channel: channel.json });
  }
}
