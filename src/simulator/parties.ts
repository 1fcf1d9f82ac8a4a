import { after } from '../core/wait.ts';
import type { SimulatedAsterisk } from './asterisk/asterisk.ts';
import type { SimulatedParty } from './asterisk/party.ts';
import type { Answers, Called, Parties, Party } from './caller.ts';
import type { Witness } from './witness.ts';

export interface CalledPartiesOptions {
  readonly asterisk: SimulatedAsterisk;
  readonly parties: Parties | undefined;
  readonly answeredBy: 'human' | 'machine' | undefined;
  readonly witness: Witness;
}

/** When a phone rings that was called, in milliseconds, when somebody takes the call, and how long he talks. */
const rings = 100;
const usual = { after: 2_000, talks: 30_000 };

/** SIP responses of those who do not take a call. */
const refusals: Readonly<Partial<Record<Answers, number>>> = { busy: 486, refused: 603 };

/** A machine's beep: when it comes, in milliseconds, and 16-bit samples of it, 8 000 a second. */
const untilBeep = 3_000;
const beep = Int16Array.from(
  { length: 4_000 },
  (_, at) => 8_000 * Math.sin((2 * Math.PI * 1_000 * at) / 8_000),
);
const silence = new Int16Array(4_000);

/** Those whom flows call. */
export class CalledParties {
  readonly #options: CalledPartiesOptions;
  #count = 0;
  #isMachine = false;

  constructor(options: CalledPartiesOptions) {
    this.#options = options;
    const { parties, answeredBy } = options;
    const isOpen = parties === undefined || typeof parties === 'function';
    this.#judge(answeredBy ?? (isOpen ? 'human' : answersOf(chosen(parties, 0))));
  }

  dialled(dialled: SimulatedParty): void {
    const { witness } = this.#options;
    const party = this.#partyFor({ at: witness.at, endpoint: dialled.endpoint, index: this.#count++ });
    const { answers, after: wait = usual.after, talks = usual.talks } = party;
    witness.called(dialled.endpoint, answers);
    const status = refusals[answers];
    if (status !== undefined) return void after(party.after ?? rings, () => dialled.refuse(status));
    after(rings, () => dialled.ring());
    if (answers === 'noanswer') return;
    after(Math.max(wait, rings + 1), () => {
      this.#judge(answers);
      dialled.answer();
      after(talks, () => dialled.hangup());
    });
  }

  /** Whoever listens to them hears a machine beep. Answers what ends that. */
  speakTo(onAudio: (samples: Int16Array) => void): () => void {
    if (!this.#isMachine) return () => undefined;
    const speaking = after(untilBeep, () => {
      for (const samples of [silence, beep, silence]) onAudio(samples);
    });
    return () => speaking[Symbol.dispose]();
  }

  #partyFor(called: Called): Party {
    const { parties, witness } = this.#options;
    if (parties === undefined) witness.assumed(`a human answers at ${called.endpoint}`, '--answer');
    const given = typeof parties === 'function' ? parties(called) : chosen(parties, called.index);
    return typeof given === 'object' ? given : { answers: given };
  }

  /** What Asterisk will say of who has answered. */
  #judge(answers: Answers): void {
    const { dialplan } = this.#options.asterisk;
    this.#isMachine = answers === 'machine';
    const code = refusals[answers];
    dialplan.referral =
      code === undefined
        ? { status: 'SUCCESS', code: 200, after: usual.after }
        : { status: 'FAILURE', code, after: usual.after };
    dialplan.verdict = this.#isMachine
      ? { status: 'MACHINE', cause: 'LONGGREETING-1500-1500', after: 2_500 }
      : { status: 'HUMAN', cause: 'HUMAN-800-800', after: 1_500 };
  }
}

function answersOf(party: Answers | Party): Answers {
  return typeof party === 'object' ? party.answers : party;
}

function chosen(
  parties: Exclude<Parties, (called: Called) => unknown> | undefined,
  index: number,
): Answers | Party {
  if (parties === undefined) return 'human';
  if (typeof parties === 'string' || !Array.isArray(parties)) return parties as Answers | Party; // one for all
  return (parties[Math.min(index, parties.length - 1)] as Answers | Party | undefined) ?? 'human';
}
