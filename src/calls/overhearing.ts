import { messageOf } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import { SideChannel } from './side-channel.ts';

/** A channel beside a call, for as long as its scope lives. */
interface Beside {
  readonly channelId: string;
  readonly scope: Scope;
}

const failure = {
  code: 'OVERHEARING_FAILED',
  message: 'Asterisk does not pass on what is whispered',
} as const;

const overhearings = new WeakMap<Call, Overhearing>();

/** Lets a snoop that hears what the call is sent (`spy: 'out'`) hear as well what is whispered to the call. */
export function overhear(call: Call, snoop: Beside): void {
  of(call).addEar(snoop);
}

/** Lets all who hear what the call is sent hear what this channel whispers to it. */
export function beOverheard(call: Call, voice: Beside): void {
  of(call).addVoice(voice);
}

function of(call: Call): Overhearing {
  const overhearing = overhearings.get(call) ?? new Overhearing(call);
  overhearings.set(call, overhearing);
  return overhearing;
}

/**
 * Asterisk mixes what is whispered into what a call is sent after those who listen have been given it. So it is given to them
 * once more: each voice is whispered to each ear.
 */
class Overhearing {
  readonly #call: Call;
  readonly #ears = new Set<Beside>();
  readonly #voices = new Set<Beside>();

  constructor(call: Call) {
    this.#call = call;
  }

  addEar(ear: Beside): void {
    keep(this.#ears, ear);
    for (const voice of this.#voices) this.#join(voice, ear);
  }

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
    const call = this.#call;
    const { ari } = call;
    const { signal } = scope;
    const bridge = await Bridge.open({ ari, scope });
    const open = (make: (id: string) => Promise<void>) =>
      SideChannel.open(call, { kind: 'snoop', scope, failure, make });
    const mouth = await open((id) => ari.snoop(from, id, { spy: 'in' }, signal));
    const ear = await open((id) => ari.snoop(to, id, { whisper: 'in' }, signal));
    await bridge.add(mouth, signal);
    await bridge.add(ear, signal);
  }
}

function keep(all: Set<Beside>, one: Beside): void {
  all.add(one);
  one.scope.defer(() => all.delete(one));
}
