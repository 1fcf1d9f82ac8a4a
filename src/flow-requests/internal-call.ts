import type { ActionContext } from '../flows/action.ts';
import type { Assignments } from '../flows/reading/assignments.ts';
import type { UserVariables } from '../flows/user-variables.ts';
import type { Variables } from '../flows/variables.ts';
import type { FlowRequestPorts } from '../ports/flow-requests.ts';

export interface InternalCall {
  readonly variables: Pick<Variables, 'get'>;
  readonly user: UserVariables;
  /** The other party's number, `''` without a call. */
  readonly otherParty: string;
  readonly data: string | Readonly<Record<string, unknown>>;
  /** Ids of what is made by it. */
  readonly uuid: ActionContext['uuid'];
  readonly ports: Pick<FlowRequestPorts, 'agents' | 'links' | 'outbound'>;
}

/** What an internal webhook replies, as if it were a server. */
export interface InternalReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Variables it sets whatever is made of the reply. */
  readonly set: Assignments;
}
