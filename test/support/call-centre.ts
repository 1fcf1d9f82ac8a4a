import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { AgentRecord } from '../../src/agents/agent-record.ts';
import type { QueueRecord } from '../../src/queues/queue-record.ts';
import type { QueuecallRecord } from '../../src/queues/queuecall-record.ts';
import type { InviteHandler } from './answering.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { Phone } from './phone.ts';
import type { System } from './system.ts';
import { eventually, until } from './until.ts';
import type { WebhookRequest } from './webhook-sink.ts';

/** Somebody with a phone who takes calls. */
export interface TestAgent {
  readonly id: string;
  readonly phone: Phone;
}

/** Somebody who has called a queue. */
export interface TestCaller {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** Behind `queue_join`: what came of it, and then the flow stays. */
const seen = ['status', 'reason', 'position'].map((name) => `\${voipbin.queuecall.${name}}`).join(' ');

/** Queues, agents and callers on a real system. */
export class CallCentre {
  readonly #system: System;
  #last = 0;

  constructor(system: System) {
    this.#system = system;
  }

  async queue(fields: object = {}): Promise<QueueRecord> {
    return this.#made('queues', { name: 'sales', ...fields });
  }

  /** A flow of these actions, to be heard by those who wait. */
  async waitFlow(...actions: readonly object[]): Promise<string> {
    return (await this.#made<{ id: string }>('flows', { name: 'wait', actions })).id;
  }

  async agent(handler: InviteHandler, fields: object = {}): Promise<TestAgent> {
    const phone = await this.#system.caller(`agent${++this.#last}`);
    phone.onInvite(handler);
    const addresses = [addressOf(phone)];
    const agent = { username: phone.user, addresses, ...fields };
    return { id: (await this.#made<AgentRecord>('agents', agent)).id, phone };
  }

  /** A number whose flow joins the queue, then shows what came of it and stays. */
  async numberOf({ id: queue_id }: QueueRecord, option: object = {}): Promise<string> {
    const number = `q${randomUUID().slice(0, 8)}`;
    await this.#system.flowOn(number, [
      { id: 'join', type: 'queue_join', option: { queue_id, ...option } },
      { id: 'after', type: 'variable_set', option: { key: 'seen', value: seen } },
      { id: 'end', type: 'sleep', option: { duration: 600_000 } },
    ]);
    return number;
  }

  /** Calls, and is in the queue when this resolves. */
  async caller(number: string, tone?: number): Promise<TestCaller> {
    const phone = await this.#system.caller(`caller${++this.#last}`);
    const call = await phone.call(number);
    await call.answered;
    if (tone !== undefined) call.tone(tone);
    const callId = await this.#system.callTo(number);
    await this.moment(callId, 'created');
    return { call, callId };
  }

  /** Waits for an event of the queuecall of a call. */
  async moment(callId: string, moment: string): Promise<QueuecallRecord> {
    const { data } = await this.#system.sink.waitFor(
      ({ type, data }) => type === `queuecall_${moment}` && data.reference_id === callId,
    );
    return data as unknown as QueuecallRecord; // as REST shows it
  }

  /** Its events so far, without `queuecall_`. */
  moments(callId: string): string[] {
    return this.#eventsOf((type, data) => type.startsWith('queuecall_') && data.reference_id === callId).map(
      ({ type = '' }) => type.replace('queuecall_', ''),
    );
  }

  /** What `voipbin.queuecall.status`, `.reason` and `.position` were after it. */
  async result(callId: string, timeout = 30_000): Promise<string> {
    const event = await this.#system.sink.waitFor(
      ({ type, data }) =>
        type === 'activeflow_updated' && data.reference_id === callId && current(data).id === 'after',
      { timeout },
    );
    return String(current(event.data).option?.value);
  }

  /** The statuses an agent has had since he came, oldest first. */
  statuses({ id }: TestAgent): string[] {
    return this.#eventsOf((type, data) => type === 'agent_status_updated' && data.id === id).map(({ data }) =>
      String(data.status),
    );
  }

  /** That these were his statuses, once as many have been told. */
  async hasBeen(agent: TestAgent, ...statuses: readonly string[]): Promise<void> {
    await until(() => this.statuses(agent).length >= statuses.length, {
      what: () => `${statuses.join()} (${this.statuses(agent).join()})`,
    });
    expect(this.statuses(agent)).toEqual(statuses);
  }

  async setStatus({ id }: TestAgent, status: string): Promise<void> {
    await this.#system.api.put(`/v1.0/agents/${id}/status`, { status });
  }

  async becomes(agent: TestAgent, status: string): Promise<void> {
    await eventually(async () => (await this.#agentNow(agent)).status === status, {
      what: `an agent to be ${status}`,
    });
    // Events come a little later than the answers of REST.
    await until(() => (this.statuses(agent).at(-1) ?? status) === status, { what: `the event of ${status}` });
  }

  async queuecall(callId: string): Promise<QueuecallRecord> {
    const { body } = await this.#system.api.get<{ result: QueuecallRecord[] }>(
      `/v1.0/queuecalls?reference_id=${callId}`,
    );
    const [only] = body.result;
    if (!only) throw new Error('it is in no queue');
    return only;
  }

  /** Hangs up, and waits until all has been told. */
  async leave({ call, callId }: TestCaller): Promise<void> {
    await call.bye();
    await this.#system.history(callId);
  }

  /** Takes agents out of the next test's way. */
  async dismiss(...agents: readonly TestAgent[]): Promise<void> {
    for (const agent of agents) {
      await this.becomes(agent, 'available');
      await this.#system.api.delete(`/v1.0/agents/${agent.id}?force=true`);
    }
  }

  async #agentNow({ id }: TestAgent): Promise<AgentRecord> {
    return (await this.#system.api.get<AgentRecord>(`/v1.0/agents/${id}`)).body;
  }

  /** What was under way when a daemon was killed comes again, under the same id. */
  #eventsOf(matches: (type: string, data: WebhookRequest['data']) => boolean): WebhookRequest[] {
    const those = this.#system.sink.requests.filter(
      ({ type, data }) => type !== undefined && matches(type, data),
    );
    return [...new Map(those.map((event) => [event.headers['webhook-id'], event])).values()];
  }

  async #made<T>(path: string, fields: object): Promise<T> {
    const { status, body } = await this.#system.api.post<T>(`/v1.0/${path}`, fields);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  }
}

export function addressOf(phone: Phone): object {
  return { type: 'sip', target: phone.contact.replace(/^sip:/, '') };
}

/** The call that an agent has just now. */
export function lastCall({ phone }: TestAgent): IncomingCall {
  const call = phone.incoming.at(-1);
  if (!call) throw new Error('nobody has called');
  return call;
}

function current(data: WebhookRequest['data']) {
  return data.current_action as { id: string; option?: { value?: unknown } };
}
