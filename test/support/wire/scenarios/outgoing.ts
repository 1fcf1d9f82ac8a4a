import type { SimulatedParty } from '../../../../src/simulator/asterisk/party.ts';
import { calling, flowOn, isOver } from '../telephony.ts';
import type { WireTranscript } from '../transcript.ts';

const extension = (target: string) => ({ type: 'extension', target });

/** Calls that we make: over REST, from a flow, and for somebody who has called. */
export async function outgoing(wire: WireTranscript): Promise<void> {
  wire.asterisk.onDial(pickUp);
  await ordered(wire);
  await connected(wire);
  await later(wire);
}

/** `1002` is busy, `1003` says it is elsewhere; all others ring and answer. */
function pickUp(party: SimulatedParty): void {
  if (party.endpoint.includes('1002')) return party.refuse(486);
  party.ring();
  party.answer();
}

async function ordered(wire: WireTranscript): Promise<void> {
  const actions = [{ id: 'rest', type: 'sleep', option: { duration: 600_000 } }];
  const source = { type: 'tel', target: '+498912345', target_name: 'City clinic' };
  const body = { source, destinations: [extension('1001'), extension('1002')], actions };
  const { calls } = await wire.ask('createCalls', { body });
  const [answered, busy] = calls;
  await wire.told('call_answered', ({ id }) => id === answered.id);
  await wire.told(
    'activeflow_updated',
    ({ reference_id, current_action }) => reference_id === answered.id && current_action.id === 'rest',
  );
  await wire.told('call_hungup', ({ id }) => id === busy.id);
  await wire.ask('getCall', { path: { id: answered.id } });
  await wire.ask('getCall', { path: { id: busy.id } });
  wire.asterisk.legs.parties[0]?.hangup();
  await isOver(wire, answered.id);
  await wire.quiet();
  await wire.ask('listCalls');
  const far = { type: 'tel', target: '+4917012345' };
  await wire.ask('createCalls', { body: { ...body, destinations: [far] } });
  await wire.ask('createCalls', { body: { ...body, destinations: [extension('1555')] } });
  await wire.ask('createCalls', { body: { ...body, destinations: [{ type: 'agent', target: 'x' }] } });
  await wire.quiet();
}

async function connected(wire: WireTranscript): Promise<void> {
  const after = { id: 'rest', type: 'sleep', option: { duration: 600_000 } };
  await flowOn(wire, '301', [
    { id: 'busy', type: 'connect', option: { destinations: [extension('1002')] } },
    { id: 'talk', type: 'connect', option: { destinations: [extension('1004')] } },
    after,
  ]);
  const { id, channel } = await calling(wire, '301', 'talk');
  const leg = await wire.told('call_answered', ({ master_call_id }) => master_call_id === id);
  await wire.told('call_answered', (data) => data.id === id);
  await wire.ask('getCall', { path: { id } });
  await wire.ask('getCall', { path: { id: leg.id } });
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.told('call_hungup', (data) => data.id === leg.id);
  await wire.quiet();
}

/** Ordered for a day to come, and given up. */
async function later(wire: WireTranscript): Promise<void> {
  const source = { type: 'tel', target: '+498912345' };
  const body = { source, destinations: [extension('1001')], actions: [], delay_minutes: 1_440 };
  const { later_calls } = await wire.ask('createCalls', { body });
  const path = { id: later_calls[0].id };
  await wire.ask('listLaterCalls');
  await wire.ask('getLaterCall', { path });
  await wire.ask('cancelLaterCall', { path });
  await wire.ask('getLaterCall', { path });
}
