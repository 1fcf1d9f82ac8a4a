import { neverTime } from '../../core/clock.ts';
import type { Answers, Party } from '../caller.ts';
import { type AnsweredCall, between } from './recorded-call.ts';

/** Those talk until somebody else has had enough. */
const forGood = 86_400_000;

/** Whoever was called for a recorded call, one after the other, and what he did. */
export function recordedParties({ timeline }: AnsweredCall): readonly Party[] {
  return timeline.events.flatMap(({ type, tm, tm_end, data }): Party[] => {
    if (type !== 'leg') return [];
    const { tm_progressing = neverTime, hangup_reason = '' } = data;
    if (tm_progressing === neverTime)
      return [{ answers: refusalOf(hangup_reason), after: lasting(tm, tm_end) }];
    const talks = data.hangup_by === 'local' ? forGood : lasting(tm_progressing, tm_end);
    return [{ answers: 'human', after: lasting(tm, tm_progressing), talks }];
  });
}

function refusalOf(reason: string): Answers {
  if (reason === 'busy') return 'busy';
  return reason === 'failed' ? 'refused' : 'noanswer';
}

function lasting(from: string, to: string): number {
  return to === neverTime ? 0 : Math.max(0, between(from, to));
}
