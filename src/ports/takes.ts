import type { Call } from '../calls/call.ts';
import type { TakeOption } from './recording-option.ts';

/** What has ended a recording that a flow has waited for; `short`: of that there was too little. */
export const takeResults = ['silence', 'key', 'duration', 'stopped', 'hangup', 'failed', 'short'] as const;

export type TakeResult = (typeof takeResults)[number];

/** What has come of it. */
export interface Taken {
  /** Of the recording; empty where nothing is kept. */
  readonly id: string;
  /** In milliseconds. */
  readonly duration: number;
  readonly result: TakeResult;
}

/** Recordings that a flow waits for. */
export interface TakesPort {
  /**
   * Records a call, and resolves when the file is there. One that was begun before a kill is not begun again.
   * @throws ActionError `RECORDING_FAILED`, `TOO_MANY_RECORDINGS`; the signal's reason
   */
  take(
    call: Call,
    wanted: TakeOption,
    options: {
      readonly id: string;
      readonly signal: AbortSignal;
      /** Nothing is recorded any more, and the file is about to be made. */
      readonly onEnded: () => void;
    },
  ): Promise<Taken>;
  /** What there is of one whose call is being hung up. */
  cutOff(id: string, wanted: TakeOption): Taken;
  /** Deletes it, if it is there. */
  drop(id: string): Promise<void>;
  /** It as a file that Asterisk can play, which stays until the signal is aborted. @throws ActionError `RECORDING_NOT_FOUND` */
  media(id: string, signal: AbortSignal): Promise<string>;
  /** Opens its file to whoever has the link, for a while. */
  linkTo(id: string): string;
}
