import type { CurrentAction } from '../calls/call-record.ts';

/** One action of a flow as stored and shown: ids filled in (`next_id` is zeros where none was given), options not yet substituted. */
export type ActionJson = Omit<CurrentAction, 'tm_execute'>;
