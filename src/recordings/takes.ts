import { neverTime } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import type { TakeOption } from '../ports/recording-option.ts';
import type { Taken, TakeResult, TakesPort } from '../ports/takes.ts';
import type { PlayableRecordings } from './playable-recordings.ts';
import type { RecordingLinks } from './recording-links.ts';
import { hasBegun, hasFile, isOver, type RecordingRecord } from './recording-record.ts';
import type { Recordings } from './recordings.ts';

export interface TakesOptions {
  readonly recordings: Pick<
    Recordings,
    'start' | 'stop' | 'whenEnded' | 'whenOver' | 'elapsed' | 'delete' | 'madeFile'
  >;
  /** The latest form of a recording, also of one that was deleted. */
  readonly known: (id: string) => Promise<RecordingRecord | undefined>;
  readonly playable: Pick<PlayableRecordings, 'media'>;
  readonly links: Pick<RecordingLinks, 'to'>;
}

/** Recordings that a flow waits for, and what it does with them then. */
export class Takes implements TakesPort {
  readonly #options: TakesOptions;

  constructor(options: TakesOptions) {
    this.#options = options;
  }

  readonly take: TakesPort['take'] = async (call, wanted, { id, signal, onEnded }) => {
    const { recordings } = this.#options;
    let failure: unknown;
    const onFailure = (error: unknown): void => {
      failure = error;
    };
    if (!(await this.#isLeft(id))) await recordings.start(call, wanted, { id, signal, onFailure });
    try {
      await orAbort(recordings.whenEnded(id) ?? Promise.resolve(), signal);
    } catch (error) {
      // Of a call that goes on elsewhere nothing more is recorded; with one that ends it ends.
      if (!call.hangupSignal.aborted) recordings.stop(call, id);
      throw error;
    }
    onEnded();
    const taken = await this.#taken(id, signal);
    if (failure !== undefined) throw failure;
    return taken;
  };

  cutOff(id: string, { min_duration }: TakeOption): Taken {
    const duration = Math.round(this.#options.recordings.elapsed(id) ?? 0);
    if (duration < min_duration * 1_000) return { id: '', duration, result: 'short' };
    return { id: duration > 0 ? id : '', duration, result: 'hangup' };
  }

  async drop(id: string): Promise<void> {
    await unlessGone(this.#options.recordings.delete(id));
  }

  async media(id: string, signal: AbortSignal): Promise<string> {
    const file = await orAbort(unlessGone(this.#options.recordings.madeFile(id)), signal);
    if (!file) throw new ActionError('RECORDING_NOT_FOUND', 'there is no such recording');
    return this.#options.playable.media(id, file.path, signal);
  }

  linkTo(id: string): string {
    return this.#options.links.to(id);
  }

  /** Whether it was begun before: it runs, is over, or is made into a file. */
  async #isLeft(id: string): Promise<boolean> {
    if (this.#options.recordings.whenEnded(id)) return true;
    const known = await this.#options.known(id);
    return known !== undefined && (hasBegun(known) || isOver(known));
  }

  async #taken(id: string, signal: AbortSignal): Promise<Taken> {
    await unlessGone(this.#options.recordings.whenOver(id, signal));
    const record = await this.#options.known(id);
    if (!record || !hasBegun(record)) return { id: '', duration: 0, result: 'stopped' };
    const { duration, status, tm_delete } = record;
    if (tm_delete !== neverTime) return { id: '', duration, result: 'short' };
    const isLost = status === 'failed' && !hasFile(record);
    return { id: isLost ? '' : id, duration, result: resultOf(record) };
  }
}

function resultOf({ status, ended_by }: RecordingRecord): TakeResult {
  return status === 'failed' ? 'failed' : ended_by || 'stopped';
}

/** Nothing where it was deleted. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AriflowError && error.reason === 'NOT_FOUND') return undefined;
    throw error;
  }
}
