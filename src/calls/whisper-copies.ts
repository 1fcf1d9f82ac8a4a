import type { Ari } from '../ari/ari.ts';
import { messageOf } from '../core/errors.ts';
import { LazySet } from '../core/lazy-set.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { Bridge } from './bridge.ts';
import { SideChannel } from './side-channel.ts';

/** The part of a call that this file uses. */
interface Whispered {
  readonly ari: Ari;
  readonly scope: Scope;
  readonly log: Log;
}

/** A channel beside a call, for as long as its scope lives. */
interface Beside {
  readonly channelId: string;
  readonly scope: Scope;
}

const failure = {
  code: 'OVERHEARING_FAILED',
  message: 'Asterisk does not pass on what is whispered',
} as const;

/**
 * Asterisk mixes what is whispered into what a call is sent after those who listen have been given it. So it is given to them
 * once more: each voice is whispered to each ear.
 */
export class WhisperCopies {
  readonly #call: Whispered;
  readonly #ears = new LazySet<Beside>();
  readonly #voices = new LazySet<Beside>();

  constructor(call: Whispered) {
    this.#call = call;
  }

  /** How many whisper, or hear what is whispered. */
  get size(): number {
    return this.#ears.size + this.#voices.size;
  }

  /** Lets a snoop that hears what the call is sent (`spy: 'out'`) hear as well what is whispered to the call. */
  addEar(ear: Beside): void {
    keep(this.#ears, ear);
    for (const voice of this.#voices) this.#join(voice, ear);
  }

  /** Lets all who hear what the call is sent hear what this channel whispers to it. */
  addVoice(voice: Beside): void {
    keep(this.#voices, voice);
    for (const ear of this.#ears) this.#join(voice, ear);
  }

  #join(voice: Beside, ear: Beside): void {
    const scope = this.#call.scope.child();
    const takeBack = [voice, ear].map(({ scope: owner }) => owner.defer(() => scope.close()));
    scope.defer(() => {
      for (const forget of takeBack) forget();
    });
    scope.spawn('overhear', async (signal) => {
      try {
        await this.#pass(voice.channelId, ear.channelId, scope);
      } catch (error) {
        // What is heard is one thing, what is overheard another: the call goes on.
        if (!signal.aborted) this.#call.log.warn({ error: messageOf(error) }, 'overhearing_failed');
      }
    });
  }

  async #pass(from: string, to: string, scope: Scope): Promise<void> {
    const { ari } = this.#call;
    const { signal } = scope;
    const bridge = await Bridge.open({ ari, id: ari.id('bridge', from, to), scope });
    const open = (end: 'from' | 'to', make: (id: string) => Promise<void>) =>
      SideChannel.open(ari, { id: ari.id('snoop', end, from, to), scope, failure, make });
    const mouth = await open('from', (id) => ari.snoop(from, id, { spy: 'in' }, signal));
    const ear = await open('to', (id) => ari.snoop(to, id, { whisper: 'in' }, signal));
    await bridge.add(mouth, signal);
    await bridge.add(ear, signal);
  }
}

function keep(all: LazySet<Beside>, one: Beside): void {
  all.add(one);
  one.scope.defer(() => all.delete(one));
}
