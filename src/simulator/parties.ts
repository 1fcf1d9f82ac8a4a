import { after } from '../core/wait.ts';
import type { SimulatedAsterisk } from './asterisk/asterisk.ts';
import type { SimulatedParty } from './asterisk/party.ts';
import type { Answers, Called, Parties, Party } from './caller.ts';
import type { Witness } from './witness.ts';

export interface CalledPartiesOptions {
  readonly asterisk: SimulatedAsterisk;
  readonly parties: Parties | undefined;
  readonly witness: Witness;
}

/** When a phone rings that was called, in milliseconds, when somebody takes the call, and how long he talks. */
const rings = 100;
const usual = { after: 2_000, talks: 30_000 };

/** SIP responses of those who do not take a call. */
const refusals: Readonly<Partial<Record<Answers, number>>> = { busy: 486, refused: 603 };

/** Those whom flows call. */
export class CalledParties {
  readonly #options: CalledPartiesOptions;
  #count = 0;

  constructor(options: CalledPartiesOptions) {
    this.#options = options;
    this.#judge('human');
  }

  dialled(dialled: SimulatedParty): void {
    const { witness } = this.#options;
    const party = this.#partyFor({ at: witness.at, endpoint: dialled.endpoint, index: this.#count++ });
    const { answers, after: wait = usual.after, talks = usual.talks } = party;
    witness.called(dialled.endpoint, answers);
    after(rings, () => dialled.ring());
    if (answers === 'noanswer') return;
    after(Math.max(wait, rings + 1), () => {
      const status = refusals[answers];
      if (status !== undefined) return dialled.refuse(status);
      this.#judge(answers);
      dialled.answer();
      after(talks, () => dialled.hangup());
    });
  }

  #partyFor(called: Called): Party {
    const { parties, witness } = this.#options;
    if (parties === undefined) witness.assumed(`a human answers at ${called.endpoint}`, '--answer');
    const given = typeof parties === 'function' ? parties(called) : chosen(parties, called.index);
    return typeof given === 'object' ? given : { answers: given };
  }

  /** What Asterisk will say of who has answered. */
  #judge(answers: Answers): void {
    const isMachine = answers === 'machine';
    this.#options.asterisk.dialplan.verdict = isMachine
      ? { status: 'MACHINE', cause: 'LONGGREETING-1500-1500', after: 2_500 }
      : { status: 'HUMAN', cause: 'HUMAN-800-800', after: 1_500 };
  }
}

function chosen(
  parties: Exclude<Parties, (called: Called) => unknown> | undefined,
  index: number,
): Answers | Party {
  if (parties === undefined) return 'human';
  if (typeof parties === 'string' || !Array.isArray(parties)) return parties as Answers | Party; // one for all
  return (parties[Math.min(index, parties.length - 1)] as Answers | Party | undefined) ?? 'human';
}
