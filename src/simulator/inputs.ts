import type { Call } from '../calls/call.ts';
import type { SimulatedAsterisk } from './asterisk/asterisk.ts';
import type { SimulatedChannel } from './asterisk/channel.ts';
import { type Caller, type Reaction, type Script, scripted, type Waiting } from './caller.ts';
import type { SimulatedEars } from './ears.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Witness } from './witness.ts';

/** How long a person takes to begin, in milliseconds. */
const thought = 500;

/** When Asterisk says that he has fallen silent, in milliseconds. */
const noticed = 500;

export interface InputsOptions {
  readonly asterisk: SimulatedAsterisk;
  readonly ears: SimulatedEars;
  readonly witness: Witness;
  readonly clock: VirtualClock;
  readonly caller: Caller | Script;
  readonly at: () => number;
}

/** The caller, asked whenever something waits for him and he hears nothing. */
export class Inputs {
  readonly #options: InputsOptions;
  readonly #caller: Caller;
  /** What has waited for him before: he is asked once. */
  #asked = '';
  #count = 0;
  /** He is about to do something. */
  #isBusy = false;

  constructor(options: InputsOptions) {
    const { caller } = options;
    this.#options = options;
    this.#caller = typeof caller === 'function' ? caller : scripted(caller);
  }

  /** Asks him where something waits that he was not asked for. */
  async ask(call: Call | undefined, channel: SimulatedChannel): Promise<boolean> {
    const { witness, clock } = this.#options;
    const waiting = this.#isBusy ? undefined : this.#waiting(call);
    const key = `${witness.generation} ${waiting?.action.id}`;
    if (!waiting || key === this.#asked) return false;
    this.#asked = key;
    this.#count++;
    const reaction = await clock.outside(Promise.resolve(this.#caller(waiting)));
    witness.reacted(waiting, reaction);
    this.#sayUnknown(waiting, reaction);
    this.#react(reaction, channel);
    return true;
  }

  hangUp(channel: SimulatedChannel): void {
    const { asterisk } = this.#options;
    if (asterisk.channels.has(channel.id)) asterisk.hangup(channel);
  }

  #waiting(call: Call | undefined): Waiting | undefined {
    const { asterisk, ears, witness, at } = this.#options;
    if (!call || call.isEnded || call.hangupSignal.aborted || witness.isPlaying) return undefined;
    const takesKeys = call.digits.listening > 0;
    const takesSpeech = ears.areAsked;
    const isRecording = witness.isTaken && asterisk.recordings.live.length > 0;
    if (!takesKeys && !takesSpeech && !isRecording) return undefined;
    const { action } = call.record;
    const flowId = witness.flowAt;
    return { at: at(), index: this.#count, action, flowId, takesKeys, takesSpeech, isRecording };
  }

  /** What he would say nobody can know. */
  #sayUnknown({ takesSpeech, takesKeys, isRecording }: Waiting, reaction: Reaction): void {
    const { caller, witness } = this.#options;
    const isUnknown = typeof caller !== 'function' && 'wait' in reaction;
    if (isUnknown && (isRecording || (takesSpeech && !takesKeys)))
      witness.assumed('the caller says nothing', '--say');
  }

  #react(reaction: Reaction, channel: SimulatedChannel): void {
    const { asterisk, ears } = this.#options;
    if ('press' in reaction) this.#soon(thought, () => asterisk.press(channel, reaction.press));
    else if ('hangup' in reaction) this.#soon(thought, () => this.hangUp(channel));
    else if ('say' in reaction) {
      asterisk.sideChannels.talk(channel, true);
      this.#soon(thought + ears.lengthOf(reaction.say), () => {
        ears.say(reaction.say);
        this.#soon(noticed, () => asterisk.sideChannels.talk(channel, false));
      });
    }
  }

  #soon(ms: number, run: () => void): void {
    this.#isBusy = true;
    this.#options.clock.setTimer(ms, () => {
      this.#isBusy = false;
      run();
    });
  }
}
