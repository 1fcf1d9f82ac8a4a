import type { Call } from '../calls/call.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, sleep } from '../core/wait.ts';
import type { RecordingOption } from '../ports/recording-option.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { LeftRecording } from './live-recording.ts';
import { hasBegun, isOver, type RecordingRecord } from './recording-record.ts';
import type { RecordingState } from './recording-state.ts';
import type { RecordingsOptions } from './recordings-options.ts';

/** A recording that was not over when the daemon died; without its state where that cannot be read. */
export interface LeftBehind {
  readonly record: RecordingRecord;
  readonly state: RecordingState | undefined;
}

/** Those of the same daemon that live on. */
export interface Survivors {
  readonly calls: readonly Call[];
  readonly callOf: (id: string) => Call | undefined;
  /** Resolves when it is known of each whether Asterisk has it. */
  readonly whenCompared: Promise<void>;
  /** The bridge of a confbridge, as soon as somebody is in it again. */
  readonly bridgeOf: (confbridgeId: string) => Promise<RoomBridge | undefined>;
  /** In which rooms are waited for. */
  readonly scope: Scope;
}

/** What it takes to go on with one. */
export interface Resumable extends LeftRecording {
  readonly wanted: RecordingOption;
}

/** One that can be gone on with where what it records is there; nothing where it was stopped, or nobody knows what was wanted. */
export function resumable({ record, state }: LeftBehind): Resumable | undefined {
  if (!state?.option || state.isStopped) return undefined;
  return { record, state, wanted: state.option };
}

/**
 * Removes the files of no recording, neither stored nor among those that `live`. Before anything lives what could not be finished is
 * tried again.
 */
export async function tidyUp(
  { store, files, find, finishing }: Pick<RecordingsOptions, 'store' | 'files' | 'find' | 'finishing'>,
  live: readonly string[] | undefined,
): Promise<void> {
  const left = (await store.unfinished()).map(({ record }) => record);
  const begun = (await Promise.all((await files.left()).map(find))).flatMap((record) => record ?? []);
  const unmade = begun.filter((record) => isFailed(record) && hasBegun(record));
  // One that is not over and not ours another daemon has taken over, and goes on with.
  const kept = [...left, ...unmade, ...begun.filter((record) => !isOver(record))];
  await files.sweep(new Set([...kept.map(({ id }) => id), ...(live ?? [])]));
  if (live) return;
  await files.removeDrafts();
  for (const record of unmade) finishing.retry(record);
}

/** Whether there is no file of it, though there may be something to make one of. */
function isFailed({ status, duration }: RecordingRecord): boolean {
  return status === 'failed' && duration === 0;
}

/** So long those who were in a room have time to be in it again, in milliseconds, and so often that is looked at. */
const patience = 10_000;
const interval = 50;

/** The bridge of a confbridge that was left, once somebody is in it again; nothing where nobody comes back. @throws the signal's reason */
export async function whenOpen(
  confbridgeId: string,
  { bridgeOf, whenCompared }: Pick<Survivors, 'bridgeOf' | 'whenCompared'>,
  signal: AbortSignal,
): Promise<RoomBridge | undefined> {
  await orAbort(whenCompared, signal);
  for (const until = now() + patience; now() < until; await sleep(interval, signal)) {
    const bridge = await bridgeOf(confbridgeId).catch(() => undefined);
    if (bridge) return bridge;
  }
  return undefined;
}
