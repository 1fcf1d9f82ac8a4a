import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import type { ApiClient } from '../api-client.ts';
import type { FakeAsterisk } from '../fake-asterisk.ts';
import { eventually } from '../until.ts';
import type { WebhookSink } from '../webhook-sink.ts';

/** A daemon of any release, with the fake Asterisk of that release. */
export interface Release {
  readonly api: ApiClient;
  readonly asterisk: FakeAsterisk;
  /** Takes what is delivered. */
  readonly sink: WebhookSink;
  readonly dataDir: string;
}

type Made = { readonly id: string; readonly [key: string]: unknown };

const rest = { id: 'rest', type: 'sleep', option: { duration: 3_600_000 } };
/** Refuses every connection. */
const nobody = 'http://127.0.0.1:1/';
const skill = '8b2cd1a3-3a8c-4c11-8b08-f3c3f059cfbe';

/** Fills a store with records of every kind, those that are over and those that live. */
export async function populate(release: Release): Promise<void> {
  const filling = new Filling(release);
  await filling.webhooks();
  await filling.users();
  await filling.flowsWithoutCall();
  await filling.callsThatEnd();
  await filling.queues();
  await filling.meetings();
  await filling.callsThatLive();
}

class Filling {
  readonly #release: Release;

  constructor(release: Release) {
    this.#release = release;
  }

  async webhooks(): Promise<void> {
    const { sink } = this.#release;
    sink.respondTo(({ path }) => path === '/gone', { status: 410 });
    await this.#made('webhooks', {
      name: 'told',
      uri: `${sink.url}/events`,
      event_types: ['queue_*', 'activeflow_deleted'],
    });
    await this.#made('webhooks', {
      name: 'down',
      uri: nobody,
      event_types: ['call_hungup'],
      is_default: true,
    });
    const gone = await this.#made('webhooks', { uri: `${sink.url}/gone`, event_types: ['agent_created'] });
    const auth = { type: 'basic', username: 'ann', password: 'correct horse' };
    await this.#made('webhooks', { name: 'paused', uri: nobody, status: 'inactive', method: 'PUT', auth });
    await this.#deleted('webhooks', { name: 'removed', uri: nobody, event_types: [] });
    await this.#made('agents', { username: 'first' });
    await this.#becomes(`webhooks/${gone.id}`, ({ status }) => status === 'disabled');
  }

  async users(): Promise<void> {
    await this.#made('tokens', { name: 'board', scopes: ['read'], expires: '2099-01-01 00:00:00' });
    await this.#deleted('tokens', { name: 'lost', scopes: ['read', 'write'] });
    await this.#deleted('agents', { username: 'left', name: 'Has left' });
    await this.#deleted('queues', { name: 'closed' });
    await this.#deleted('confbridges', { type: 'connect' });
    await this.#deleted('flows', { name: 'removed' });
    const flow = await this.#made('flows', { name: 'reception', detail: 'of the clinic', actions: [rest] });
    await this.#made('numbers', { number: '+498912345', name: 'clinic', call_flow_id: flow.id });
    await this.#deleted('numbers', { number: '+498912346', call_flow_id: flow.id });
  }

  /** The end of one is told to the default webhook, which is down, and another one comes after it. */
  async flowsWithoutCall(): Promise<void> {
    const after = await this.#made('flows', { name: 'after', actions: [set('seen', 'yes')] });
    const told = await this.#made('flows', {
      name: 'told',
      actions: [set('greeting', 'Hello ${customer}')],
      on_complete_flow_id: after.id,
      end_webhook: true,
    });
    await this.#ended({ flow_id: told.id, variables: { customer: 'Ada' } });
    const shorten = {
      sync: true,
      uri: 'internal:shortURL',
      data: { longUrl: 'https://clinic.example/a?b=c' },
      persist: true,
    };
    await this.#ended({ actions: [{ type: 'webhook_send', option: shorten }] });
    const variables = {
      'flow.syskey.apiVersion': '1.0',
      'flow.syskey.flowID': after.id,
      'flow.syskey.contactNumbers': '+4917012345',
      'flow.syskey.delayMinutes': '43200',
    };
    const outbound = { type: 'webhook_send', option: { sync: true, uri: 'internal:createOutbound' } };
    await this.#ended({ actions: [outbound], variables });
    const later = { type: 'webhook_send', option: { uri: nobody, data: { a: 1 } } };
    await this.#ended({ actions: [later] });
    const { sink } = this.#release;
    sink.respondTo(({ path }) => path === '/slow', { instead: 'hang' });
    const wait = { type: 'webhook_send', option: { sync: true, uri: `${sink.url}/slow`, timeout: 60_000 } };
    await this.#made('activeflows', { actions: [set('alone', 'yes'), wait] });
  }

  async callsThatEnd(): Promise<void> {
    const { asterisk } = this.#release;
    asterisk.dial({ number: 'nobody' });
    const recorded = await this.#call('701', [
      { type: 'answer' },
      set('user.key.colour', 'green'),
      { id: 'pin', type: 'digits_receive', option: { length: 1 } },
      { id: 'record', type: 'recording_start', option: { channels: 'in' } },
      rest,
    ]);
    asterisk.press(recorded.channel, '7');
    await this.#comesTo(recorded.id, 'rest');
    this.#writeRecordings();
    await this.#do(`calls/${recorded.id}/recording_stop`);
    const isDone = (): Promise<boolean> => this.#hasAny('recordings', ({ status }) => status === 'done');
    await eventually(isDone, { what: 'the file of a recording' });
    const second = (await this.#do(`calls/${recorded.id}/recording_start`)) as Made;
    this.#writeRecordings();
    await this.#do(`calls/${recorded.id}/recording_stop`);
    await this.#becomes(`recordings/${second.id}`, ({ status }) => status === 'done');
    await this.#release.api.delete(`/v1.0/recordings/${second.id}`);
    asterisk.hangup(recorded.channel);
    await this.#becomes(`calls/${recorded.id}`, ({ status }) => status === 'hangup');
  }

  /** One was taken out, one talks with an agent, and one for whom an agent is rung. */
  async queues(): Promise<void> {
    const { asterisk } = this.#release;
    const parties: SimulatedParty[] = [];
    asterisk.onDial((party) => {
      parties.push(party);
      party.ring();
    });
    const queue = await this.#made('queues', { name: 'sales', tag_ids: [skill], ring_timeout: 600_000 });
    const flow = [
      { type: 'answer' },
      { id: 'wait', type: 'queue_join', option: { queue_id: queue.id } },
      rest,
    ];
    const kicked = await this.#call('702', flow, 'wait');
    const isIn = (): Promise<boolean> =>
      this.#hasAny('queuecalls', ({ reference_id }) => reference_id === kicked.id);
    await eventually(isIn, { what: 'a queuecall' });
    await this.#do(`queuecalls/reference_id/${kicked.id}/kick`);
    await this.#comesTo(kicked.id, 'rest');
    asterisk.hangup(kicked.channel);
    for (const [index, username] of ['ann', 'bob'].entries()) {
      const addresses = [{ type: 'extension', target: `100${index + 1}` }];
      await this.#made('agents', { username, tag_ids: [skill], addresses });
      await this.#call(`71${index}`, flow, 'wait');
      await eventually(async () => parties.length > index, { what: 'an agent to be rung' });
      const isRung = (): Promise<boolean> =>
        this.#hasAny('queuecalls', ({ status }) => status === 'entering');
      await eventually(isRung, { what: 'a queuecall that is being taken' });
      if (index > 0) return;
      parties[0]?.answer();
      const isTaken = (): Promise<boolean> =>
        this.#hasAny('queuecalls', ({ status }) => status === 'service');
      await eventually(isTaken, { what: 'a queuecall that is taken' });
    }
  }

  /** One that is over, and one with a call in it. */
  async meetings(): Promise<void> {
    const over = await this.#made('conferences', { name: 'over', data: { room: '4.12' } });
    await this.#release.api.delete(`/v1.0/conferences/${over.id}`);
    const conference = await this.#made('conferences', { name: 'round', type: 'connect', max_members: 5 });
    const join = { id: 'join', type: 'conference_join', option: { conference_id: conference.id } };
    for (const number of ['721', '722']) await this.#call(number, [{ type: 'answer' }, join, rest]);
    const areIn = async (): Promise<boolean> => {
      const { body } = await this.#release.api.get<{ result: unknown[] }>(
        `/v1.0/conferences/${conference.id}/participants`,
      );
      return body.result.length === 2;
    };
    await eventually(areIn, { what: 'two calls in a conference' });
    await this.#made('confbridges', { type: 'connect', max_members: 2 });
  }

  async callsThatLive(): Promise<void> {
    const { asterisk } = this.#release;
    const recorded = await this.#call('731', [
      { type: 'answer' },
      { id: 'record', type: 'recording_start', option: { channels: 'mixed' } },
      rest,
    ]);
    await this.#comesTo(recorded.id, 'rest');
    asterisk.onDial((party) => {
      party.ring();
      party.answer();
    });
    const source = { type: 'tel', target: '+498912345' };
    const destinations = [{ type: 'extension', target: '1003' }];
    const { body } = await this.#release.api.post<{ calls: Made[] }>('/v1.0/calls', {
      source,
      destinations,
      actions: [rest],
    });
    await this.#becomes(`calls/${body.calls[0]?.id}`, ({ status }) => status === 'progressing');
    await this.#comesTo(body.calls[0]?.id ?? '', 'rest');
    await this.#call('732', [{ id: 'ringing', type: 'sleep', option: { duration: 3_600_000 } }], 'ringing');
  }

  async #call(number: string, actions: readonly object[], reached?: string) {
    const flow = await this.#made('flows', { name: number, actions });
    await this.#made('numbers', { number, call_flow_id: flow.id });
    const channel = this.#release.asterisk.dial({ number, from: '+491701234', name: 'Ada' });
    const [{ id } = { id: '' }] = await eventually(
      async () => {
        const found = await this.#list('calls', `&number=${number}`);
        return found.length > 0 && found;
      },
      { what: `a call to ${number}` },
    );
    if (reached !== undefined) await this.#comesTo(id, reached);
    return { id, channel };
  }

  async #comesTo(callId: string, action: string): Promise<void> {
    await this.#becomes(`calls/${callId}`, (call) => (call.action as { id: string }).id === action);
  }

  async #ended(body: object): Promise<void> {
    const { id } = await this.#made('activeflows', body);
    await this.#release.sink.waitFor(({ type, data }) => type === 'activeflow_deleted' && data.id === id);
  }

  async #made(path: string, fields: object): Promise<Made> {
    const { status, body } = await this.#release.api.post<Made>(`/v1.0/${path}`, fields);
    if (status !== 200)
      throw new Error(`${path} ${JSON.stringify(fields)}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async #deleted(path: string, fields: object): Promise<void> {
    const { id } = await this.#made(path, fields);
    const { status } = await this.#release.api.delete(`/v1.0/${path}/${id}`);
    if (status !== 200) throw new Error(`${path}/${id} was not deleted: ${status}`);
  }

  async #do(path: string): Promise<unknown> {
    const { status, body } = await this.#release.api.post(`/v1.0/${path}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async #list(path: string, filter = ''): Promise<readonly Made[]> {
    const { body } = await this.#release.api.get<{ result: Made[] }>(`/v1.0/${path}?page_size=100${filter}`);
    return body.result;
  }

  async #hasAny(path: string, matches: (record: Made) => boolean): Promise<boolean> {
    return (await this.#list(path)).some(matches);
  }

  async #becomes(path: string, matches: (record: Made) => boolean): Promise<void> {
    const isSo = async (): Promise<boolean> => {
      const { status, body } = await this.#release.api.get<Made>(`/v1.0/${path}`);
      return status === 200 && matches(body);
    };
    await eventually(isSo, { what: `${path} to be as it should` });
  }

  #writeRecordings(): void {
    const folder = join(this.#release.dataDir, 'media', 'recording');
    mkdirSync(folder, { recursive: true });
    for (const { operation, query } of this.#release.asterisk.requests)
      if (operation.name === 'record') writeFileSync(join(folder, `${query.name}.sln`), Buffer.alloc(3_200));
  }
}

function set(key: string, value: string): object {
  return { type: 'variable_set', option: { key, value } };
}
