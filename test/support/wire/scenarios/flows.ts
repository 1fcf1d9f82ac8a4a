import type { WireTranscript } from '../transcript.ts';

/** Flows, the numbers they are on, and flows without a call. */
export async function flows(wire: WireTranscript): Promise<void> {
  await storedFlows(wire);
  await numbers(wire);
  await activeflows(wire);
}

async function storedFlows(wire: WireTranscript): Promise<void> {
  const actions = [
    { type: 'answer' },
    { id: 'hello', type: 'talk', option: { text: 'Hello ${customer}.' }, on_error_id: 'end' },
    {
      type: 'webhook_send',
      option: {
        uri: 'https://clinic.example/pin',
        auth: { type: 'basic', username: 'ariflow', password: 'correct horse' },
      },
    },
    { id: 'end', type: 'hangup' },
  ];
  const { id } = await wire.ask('createFlow', { body: { name: 'hello', detail: 'says it', actions } });
  await wire.ask('updateFlow', { path: { id }, body: { actions: actions.slice(0, 2) } });
  await wire.ask('updateFlow', { path: { id }, body: { name: 'hello again', actions: actions.slice(1) } });
  const wrong = [{ type: 'tlak' }, { type: 'goto', option: { target_id: 'nowhere' } }];
  await wire.ask('createFlow', { body: { name: 'wrong', actions: wrong } });
  await wire.ask('createFlow', { body: { name: 'told', end_webhook: true } });
  await wire.ask('validateFlow', { body: { actions } });
  await wire.ask('validateFlow', { body: { actions: wrong, end_webhook: true } });
  const queue = { name: 'desk', wrap_up: 'long', announcements: { intervall: 1_000 } };
  await wire.ask('validateRequest', { body: { method: 'POST', path: '/v1.0/queues', body: queue } });
  await wire.ask('prepareFlow', { path: { id } });
  await wire.ask('simulateFlow', {
    body: { flow_id: id, at: '2026-03-02T12:00:00Z', variables: { customer: 'Ada' } },
  });
  await wire.ask('duplicateFlow', { path: { id } });
  await wire.ask('createFlow', { body: { name: 'first', on_complete_flow_id: id } });
  await wire.ask('getFlow', { path: { id } });
  await revisions(wire, id);
  await layout(wire, id);
  const { next_page_token } = await wire.ask('listFlows', { query: '?page_size=2' });
  await wire.ask('listFlows', { query: `?page_size=2&page_token=${next_page_token}` });
  await wire.ask('deleteFlow', { path: { id } });
  await wire.ask('deleteFlow', { path: { id }, query: '?force=true' });
  await wire.ask('getFlow', { path: { id } });
}

async function revisions(wire: WireTranscript, id: string): Promise<void> {
  await wire.ask('listFlowRevisions', { path: { id } });
  await wire.ask('getFlowRevision', { path: { id, revision: '1' } });
  await wire.ask('getFlowRevision', { path: { id, revision: '7' } });
  await wire.ask('updateFlow', { path: { id }, headers: { 'if-match': '"1"' }, body: { name: 'late' } });
  await wire.ask('updateFlow', { path: { id }, headers: { 'if-match': '2' }, body: { name: 'late' } });
  await wire.ask('restoreFlowRevision', { path: { id, revision: '1' } });
}

async function layout(wire: WireTranscript, id: string): Promise<void> {
  const place = { x: 240, y: 146 };
  const body = { start: { x: 0, y: 0 }, actions: { hello: place, gone: place } };
  await wire.ask('getFlowLayout', { path: { id } });
  await wire.ask('updateFlowLayout', { path: { id }, body });
  await wire.ask('updateFlowLayout', { path: { id }, body: { start: { x: 'left' } } });
  await wire.ask('getFlowLayout', { path: { id } });
}

async function numbers(wire: WireTranscript): Promise<void> {
  const flow = await wire.ask('createFlow', { body: { name: 'reception' } });
  const body = { number: '+498912345', name: 'clinic', call_flow_id: flow.id };
  const { id } = await wire.ask('createNumber', { body });
  await wire.ask('createNumber', { body });
  await wire.ask('updateNumber', { path: { id }, body: { detail: 'main line', message_flow_id: flow.id } });
  await wire.ask('getNumber', { path: { id } });
  await wire.ask('listNumbers');
  await wire.ask('deleteFlow', { path: { id: flow.id } });
  await wire.ask('deleteNumber', { path: { id } });
}

async function activeflows(wire: WireTranscript): Promise<void> {
  const longUrl = 'https://clinic.example/a';
  const shorten = { sync: true, uri: 'internal:shortURL', data: { longUrl }, persist: true };
  wire.sink.respondTo(({ path }) => path === '/slow', { instead: 'hang' });
  const actions = [
    { id: 'set', type: 'variable_set', option: { key: 'greeting', value: 'Hello ${customer}' } },
    { id: 'say', type: 'talk', option: { text: 'Nobody is there.' } },
    { id: 'shorten', type: 'webhook_send', option: shorten },
    {
      id: 'wait',
      type: 'webhook_send',
      option: { sync: true, uri: `${wire.sink.url}/slow`, timeout: 60_000 },
    },
  ];
  const body = { actions, variables: { customer: 'Ada' } };
  const { id } = await wire.ask('startActiveflow', { body });
  await wire.told('activeflow_updated', ({ current_action }) => current_action.id === 'wait');
  await wire.ask('getActiveflow', { path: { id } });
  await wire.ask('listActiveflows');
  const variables = await wire.ask('getActiveflowVariables', { path: { id } });
  const code = String(variables.shortUrl).split('/').at(-1) ?? '';
  await wire.ask('followShortLink', { path: { code }, token: '' });
  await wire.ask('stopActiveflow', { path: { id } });
  await wire.told('activeflow_deleted', (data) => data.id === id);
  await wire.ask('stopActiveflow', { path: { id } });
  await wire.ask('getActiveflowVariables', { path: { id } });
  await wire.ask('listActiveflows', { query: '?page_size=1' });
}
