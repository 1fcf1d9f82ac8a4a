import type { AgentEventType, AgentRecord } from '../../agents/agent-record.ts';
import { Agents } from '../../agents/agents.ts';
import type { Engagements } from '../../calls/engagements.ts';
import type { Log } from '../../core/log.ts';
import type { Scope } from '../../core/scope.ts';
import type { CallingBack } from '../../queues/callback.ts';
import type { QueueEventType, QueueRecord } from '../../queues/queue-record.ts';
import type { QueuecallEventType, QueuecallRecord } from '../../queues/queuecall-record.ts';
import { Queues } from '../../queues/queues.ts';
import { byId } from '../installation.ts';
import { MemoryAgents } from './agents.ts';
import { MemoryRecords } from './records.ts';
import { toldTo } from './told.ts';

export interface MemoryQueuesOptions {
  readonly queues: readonly QueueRecord[];
  readonly agents: readonly AgentRecord[];
  readonly engagements: Engagements;
  readonly isRegistered: (phone: string) => boolean;
  readonly calling: () => CallingBack;
  readonly tell: (
    type: AgentEventType | QueueEventType | QueuecallEventType,
    record: AgentRecord | QueueRecord | QueuecallRecord,
  ) => void;
  readonly scope: Scope;
  readonly log: Log;
}

/** Queues and agents as the daemon has them, their records in memory. */
export class MemoryQueues {
  readonly queues: Queues;
  readonly agents: Agents;
  readonly agentRecords: MemoryAgents;

  constructor(options: MemoryQueuesOptions) {
    const { engagements, isRegistered, calling, tell, scope, log } = options;
    this.agentRecords = new MemoryAgents(byId(options.agents));
    this.agents = new Agents(this.agentRecords, toldTo<AgentEventType, AgentRecord>(this.agentRecords, tell));
    const records = new MemoryRecords<QueueRecord>(byId(options.queues));
    const queuecalls = new Map<string, QueuecallRecord>();
    this.queues = new Queues({
      store: {
        get: records.get,
        queuecall: async (id) => queuecalls.get(id),
        lastHandled: async () => [],
      },
      agents: this.agents,
      isRegistered: async (phone) => isRegistered(phone),
      isReachable: async (phone) => isRegistered(phone),
      ...{ engagements, scope, log, calling },
      told: toldTo<QueueEventType, QueueRecord>(records, tell),
      onChange: (type, record) => {
        queuecalls.set(record.id, record);
        if (type) tell(type, record);
      },
    });
  }
}
