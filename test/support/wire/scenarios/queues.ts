import type { SimulatedParty } from '../../../../src/simulator/asterisk/party.ts';
import { calling, flowOn, isOver, reaches, type WireCall } from '../telephony.ts';
import type { WireTranscript } from '../transcript.ts';

const sales = '8b2cd1a3-3a8c-4c11-8b08-f3c3f059cfbe';
/** Nobody has it. */
const chess = '2d7c6c64-7b0c-4c0e-8a52-6a1b0e8f2c11';

/** Callers who wait for an agent: one is served, some are taken out, one gives up. */
export async function queues(wire: WireTranscript): Promise<void> {
  await served(wire);
  await kicked(wire);
  await calledBack(wire);
}

const counted = ['from', 'to', 'longest_wait', 'average_wait', 'average_handle'];
const measured = ['duration_waiting', 'duration_service'];

async function queueOn(wire: WireTranscript, number: string, fields: object): Promise<string> {
  const queue = await wire.ask('createQueue', { body: { name: `on ${number}`, ...fields } });
  await flowOn(wire, number, [
    { type: 'answer' },
    { id: 'wait', type: 'queue_join', option: { queue_id: queue.id, priority: 3 } },
    { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
  ]);
  return queue.id;
}

async function waiting(wire: WireTranscript, number: string): Promise<WireCall & { queuecallId: string }> {
  const call = await calling(wire, number, 'wait');
  const { id } = await wire.told('queuecall_created', ({ reference_id }) => reference_id === call.id);
  return { ...call, queuecallId: id };
}

async function served(wire: WireTranscript): Promise<void> {
  const parties: SimulatedParty[] = [];
  wire.asterisk.onDial((party) => {
    parties.push(party);
    party.ring();
  });
  const queueId = await queueOn(wire, '401', { tag_ids: [sales] });
  const body = {
    username: 'ann',
    tag_ids: [sales],
    addresses: [{ type: 'extension', target: '1001' }],
  };
  const agent = await wire.ask('createAgent', { body });
  const { id, channel, queuecallId } = await waiting(wire, '401');
  await wire.told('queuecall_entering', (data) => data.id === queuecallId);
  await wire.told('call_ringing');
  await wire.ask('getQueuecall', { path: { id: queuecallId } });
  await wire.ask('getAgent', { path: { id: agent.id } });
  parties[0]?.answer();
  await wire.told('queuecall_serviced', (data) => data.id === queuecallId);
  await wire.told('agent_status_updated', ({ status }) => status === 'busy');
  await wire.ask('listQueuecalls', { query: `?queue_id=${queueId}`, vague: measured });
  parties[0]?.hangup();
  await wire.told('queuecall_done', (data) => data.id === queuecallId);
  await wire.told('agent_status_updated', ({ status }) => status === 'available');
  await reaches(wire, id, 'rest');
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.quiet();
  await wire.ask('getQueuecall', { path: { id: queuecallId }, vague: measured });
  await wire.ask('getQueueStatistics', { path: { id: queueId }, vague: counted });
}

/** Asks for it, hangs up, and is called when an agent is there. */
async function calledBack(wire: WireTranscript): Promise<void> {
  const parties: SimulatedParty[] = [];
  wire.asterisk.onDial((party) => {
    parties.push(party);
    party.ring();
  });
  const destination = { type: 'extension', target: '1001' };
  const actions = [
    { type: 'sleep', option: { duration: 500 } },
    { type: 'queue_callback', option: { destination } },
  ];
  const wait = await wire.ask('createFlow', { body: { name: 'call me back', actions } });
  await queueOn(wire, '403', { tag_ids: [chess], wait_flow_id: wait.id, callback: { accepted: '' } });
  const { id, channel, queuecallId } = await waiting(wire, '403');
  await wire.told('queuecall_callback', (data) => data.id === queuecallId);
  await reaches(wire, id, 'rest');
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  const body = {
    username: 'bob',
    tag_ids: [chess],
    addresses: [{ type: 'extension', target: '1002' }],
  };
  await wire.ask('createAgent', { body });
  const { reference_id: backId } = await wire.told('queuecall_calling', (data) => data.id === queuecallId);
  await wire.told('call_ringing', (data) => data.id === backId);
  parties[0]?.answer();
  await wire.told('call_ringing', ({ master_call_id }) => master_call_id === backId);
  parties[1]?.answer();
  await wire.told('queuecall_serviced', (data) => data.id === queuecallId);
  await wire.told('agent_status_updated', ({ status }) => status === 'busy');
  parties[1]?.hangup();
  await wire.told('queuecall_done', (data) => data.id === queuecallId);
  await isOver(wire, String(backId));
  await wire.quiet();
  await wire.ask('getQueuecall', { path: { id: queuecallId }, vague: measured });
}

async function kicked(wire: WireTranscript): Promise<void> {
  await queueOn(wire, '402', { tag_ids: [chess] });
  const orders = [
    ['kickQueuecall', 'queuecallId'],
    ['deleteQueuecall', 'queuecallId'],
    ['kickQueuecallOfCall', 'id'],
  ] as const;
  for (const [order, name] of orders) {
    const call = await waiting(wire, '402');
    await wire.ask(order, { path: { id: call[name] }, vague: measured });
    await reaches(wire, call.id, 'rest');
    wire.asterisk.hangup(call.channel);
    await isOver(wire, call.id);
    await wire.quiet();
  }
  const { id, channel } = await waiting(wire, '402');
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.quiet();
  await wire.ask('listQueuecalls', { query: '?page_size=2&status=abandoned', vague: measured });
}
