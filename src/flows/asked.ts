import type { NoReply, UserReply, UserRequest } from '../ports/http.ts';

/** A request of an action, and what came of it; `duration` in milliseconds. */
export interface Asked {
  readonly request: Pick<UserRequest, 'method' | 'url' | 'body'>;
  readonly result: UserReply | NoReply;
  readonly duration: number;
}
