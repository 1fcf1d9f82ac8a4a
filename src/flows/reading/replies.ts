import { ActionError } from '../../core/errors.ts';
import { type FairThread, OutOfTime, ThreadLost } from '../../core/fair-thread.ts';
import type { ActionJson } from '../../ports/action-json.ts';
import type { UserReply } from '../../ports/http.ts';
import type { CheckedFlow } from '../flow.ts';
import type { Assignments } from './assignments.ts';
import { type Checked, type CheckingJob, cheapActions, checkingOf, type Rules } from './checking.ts';
import { isCheap, type Mapped, type MappingJob, mappingOf } from './mapping.ts';
import { replyOf } from './reply.ts';
import type { Reading, ReplyReader } from './reply-reader.ts';
import type { ResponseOption } from './response-option.ts';
import { WebhookFailure } from './webhook-failure.ts';

export interface RepliesOptions {
  readonly rules: Rules;
  readonly mapping: Pick<FairThread<MappingJob, Mapped>, 'run'>;
  readonly checking: Pick<FairThread<CheckingJob, Checked>, 'run'>;
}

/** What may be said of a megabyte takes a second, of a word hardly any: milliseconds. */
const baseLimit = 250;
const bytesInOne = 1_000;
/** Checking takes as long as there are actions, whatever they say; its thread may be slow, and must not be lost. */
const checkingLimit = 5_000;

/**
 * Reads what came from outside and may be anything: here where that costs nearly nothing, else in a thread beside the one that
 * serves everybody.
 */
export class Replies implements ReplyReader {
  readonly #options: RepliesOptions;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  async variables(
    reply: UserReply,
    response: ResponseOption | undefined,
    reading: Reading,
  ): Promise<Assignments> {
    const job = { ...replyOf(reply), response };
    const mapped = isCheap(job) ? mappingOf(job) : await this.#map(job, reading);
    if ('set' in mapped) return mapped.set;
    throw new WebhookFailure(mapped.reason, mapped.message);
  }

  async actions(
    reply: UserReply,
    outerIds: ReadonlySet<string>,
    reading: Reading,
  ): Promise<readonly ActionJson[]> {
    const job = { reply: replyOf(reply), outerIds: [...outerIds] };
    const checked = await this.#check(job, reply.body.length, reading).catch((cause: unknown) => {
      if (!(cause instanceof OutOfTime) && !(cause instanceof ThreadLost)) throw cause;
      throw new ActionError('INVALID_RESPONSE', `the actions cannot be checked: ${cause.message}`, { cause });
    });
    if ('actions' in checked) return checked.actions;
    if ('code' in checked) throw new ActionError(checked.code, checked.message);
    throw new Error('no reply was checked');
  }

  /** What is right and wrong with actions that somebody sends, as JSON. @throws OutOfTime, ThreadLost */
  async flow(json: string, reading: Reading): Promise<CheckedFlow> {
    const checked = await this.#check({ flow: json }, json.length, reading);
    if ('flow' in checked) return checked.flow;
    throw new Error('no flow was checked');
  }

  async #map(job: MappingJob, { share, signal }: Reading): Promise<Mapped> {
    const limit = baseLimit + job.body.length / bytesInOne;
    try {
      return await this.#options.mapping.run(job, { share, signal, limit: Math.round(limit) });
    } catch (cause) {
      if (cause instanceof OutOfTime && cause.at !== undefined)
        throw new WebhookFailure('INVALID_RESPONSE_MAP', `the path ${cause.at} takes too long`, { cause });
      if (cause instanceof OutOfTime)
        throw new WebhookFailure('INVALID_RESPONSE', 'the reply takes too long to be read', { cause });
      if (cause instanceof ThreadLost)
        throw new WebhookFailure('INVALID_RESPONSE', `the reply cannot be read: ${cause.message}`, { cause });
      throw cause;
    }
  }

  async #check(job: CheckingJob, bytes: number, { share, signal }: Reading): Promise<Checked> {
    const { rules, checking } = this.#options;
    if (bytes <= cheapActions) return checkingOf(job, rules);
    return checking.run(job, { share, signal, limit: checkingLimit });
  }
}
