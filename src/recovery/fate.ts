/** What is known of a call that a daemon which died has left behind. */
export interface LeftFacts {
  /** Whether what is stored of it besides its record can be read. */
  readonly isReadable: boolean;
  /** Whether Asterisk has its channel; `undefined` where it cannot be asked. */
  readonly hasChannel: boolean | undefined;
  /** Who goes on with it: its flow, the call it is a leg of, the one it talks to without a flow, the dialplan it is in, or nobody. */
  readonly with: 'flow' | 'master' | 'partner' | 'dialplan' | 'nobody';
  /** Whether the action that its flow is at can be begun again. */
  readonly canResume: boolean;
}

/**
 * `resume`: it goes on where it was. `end`: Asterisk hangs it up, and its end is told. `lost`: its end is told, and there is nothing
 * to be hung up, or nobody to ask for that.
 */
export type Fate = 'resume' | 'end' | 'lost';

export function fateOf({ isReadable, hasChannel, with: who, canResume }: LeftFacts): Fate {
  if (!isReadable || !hasChannel) return 'lost';
  if (who === 'nobody') return 'end';
  return who === 'flow' && !canResume ? 'end' : 'resume';
}
