import type { Call } from '../calls/call.ts';
import { hasAnyResponse } from '../calls/has-any-response.ts';
import type { Way } from '../calls/way.ts';
import type { Refused, Ways } from '../calls/ways.ts';
import { ActionError } from '../core/errors.ts';
import type { Trunking, TrunkLine } from '../trunks/trunking.ts';

export interface TrunkWaysOptions {
  readonly number: string;
  readonly trunking: Pick<Trunking, 'take' | 'mayGoOn'>;
  /** The number that is shown on a trunk as that of the caller. */
  readonly shownOn: (line: Pick<TrunkLine, 'callerId'>) => string;
  /** How often a redirection may be followed. */
  readonly redirects: number;
}

/** How long a trunk may be silent: it says at once that it has the call (100), whatever it takes until somebody rings. */
const silencePatience = 4_000;

/** The trunks by which a number is called, one after the other as long as they cannot take the call. */
export class TrunkWays implements Ways {
  readonly #options: TrunkWaysOptions;
  #trunkId: string;

  /** From the trunk on that the call is given first, or that it rings on already. */
  constructor(trunkId: string, options: TrunkWaysOptions) {
    this.#options = options;
    this.#trunkId = trunkId;
  }

  get patience(): number | undefined {
    return this.mayGoOn ? silencePatience : undefined;
  }

  get mayGoOn(): boolean {
    const { trunking, number } = this.#options;
    return trunking.mayGoOn(number, this.#trunkId);
  }

  async next(call: Call, refused: Refused | undefined, signal: AbortSignal): Promise<Way | undefined> {
    const isTrunks = refused ? isTrunksFault(refused) : !(await hasAnyResponse(call, signal));
    if (!isTrunks || !this.mayGoOn) return undefined;
    const { trunking, number } = this.#options;
    try {
      const line = trunking.take(number, this.#trunkId);
      call.log.warn(
        { from: this.#trunkId, to: line.trunkId, sip_code: refused?.sipCode ?? 0 },
        'trunk_failed',
      );
      this.#trunkId = line.trunkId;
      return this.wayOn(line);
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      call.log.warn({ code: error.code, reason: error.message }, 'no_other_trunk');
      return undefined;
    }
  }

  wayOn(line: TrunkLine): Way {
    const { endpoint, giveBack, trunkId } = line;
    const { redirects, shownOn } = this.#options;
    return { endpoint, giveBack, trunkId, redirects, callerNumber: shownOn(line) };
  }
}

/**
 * A callee who has rung was reached: that he did not answer (408) is no fault of the trunk's. Where nothing is known of the end, after a kill, he
 * may have been as well: nobody is called twice.
 */
function isTrunksFault({ sipCode, hasRung }: Refused): boolean {
  return (sipCode === 408 && !hasRung) || (sipCode >= 500 && sipCode <= 599);
}
