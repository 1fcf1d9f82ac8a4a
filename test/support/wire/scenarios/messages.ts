import { zeroId } from '../../../../src/core/clock.ts';
import type { WireTranscript } from '../transcript.ts';

const ours = { type: 'tel', target: '+498912345' };
const theirs = { type: 'tel', target: '+4930123456', target_name: 'Ada Lovelace' };

/** What is written to people, what they write, and what becomes of it. */
export async function messages(wire: WireTranscript): Promise<void> {
  await sms(wire);
  await refused(wire);
  await answered(wire);
  await bySip(wire);
}

async function sms(wire: WireTranscript): Promise<void> {
  const answer = {
    type: 'conversation_send',
    option: {
      conversation_id: '${voipbin.message.conversation_id}',
      text: 'Thanks: ${voipbin.message.text}',
    },
  };
  const { id: message_flow_id } = await wire.ask('createFlow', {
    body: { name: 'answers', actions: [answer] },
  });
  await wire.ask('createNumber', { body: { number: ours.target, message_flow_id } });
  const message = await wire.ask('createMessage', {
    body: { source: ours, destinations: [theirs], text: 'See you on "Monday".\n' },
  });
  await becomes(wire, message.id, 'sent');
  await wire.ask('getMessage', { path: { id: message.id } });
  await wire.ask('reportMessage', { path: { id: message.id }, body: { status: 'delivered' } });
  await wire.ask('reportMessage', { path: { id: message.id }, body: { status: 'sent' } });
  await wire.quiet();
}

async function refused(wire: WireTranscript): Promise<void> {
  const body = { source: ours, destinations: [theirs], text: 'x' };
  const nobodys = { type: 'tel', target: '+1' };
  for (const change of [
    { source: nobodys },
    { destinations: [theirs, nobodys] },
    { text: '', destinations: [] },
  ])
    await wire.ask('createMessage', { body: { ...body, ...change } });
  await wire.ask('receiveMessage', { body: { source: theirs, destination: nobodys, text: 'x' } });
  await wire.ask('reportMessage', { body: { status: 'delivered' } });
  await wire.ask('getMessage');
  await wire.ask('getConversation');
  await wire.ask('answerConversation', { body: { text: 'x' } });
}

async function answered(wire: WireTranscript): Promise<void> {
  const body = { source: theirs, destination: ours, text: 'I cannot come.', reference: 'SM1' };
  const came = await wire.ask('receiveMessage', { body });
  await wire.ask('receiveMessage', { body });
  await wire.told('activeflow_deleted');
  const answer = await wire.told('message_created', ({ text }) => text === 'Thanks: I cannot come.');
  await becomes(wire, answer.id, 'sent');
  await wire.quiet();
  const id = came.targets[0].conversation_id;
  await wire.ask('getConversation', { path: { id } });
  await wire.ask('listConversations');
  wire.sink.respondTo(({ path }) => path === '/sms', { status: 400 }, 1);
  const again = await wire.ask('answerConversation', { path: { id }, body: { text: 'We call you.' } });
  await becomes(wire, again.id, 'failed');
  await wire.ask('listMessages', { query: '?direction=outbound&page_size=2' });
  await wire.ask('deleteMessage', { path: { id: again.id } });
  await wire.ask('deleteMessage', { path: { id: zeroId } });
  await wire.quiet();
}

/** To a phone of ours, which hands it to its user; what nobody has is taken by nobody. */
async function bySip(wire: WireTranscript): Promise<void> {
  const from = '"Bob" <sip:1002@127.0.0.1:5060>';
  wire.asterisk.text({ text: 'Lunch?', number: '1001', from, context: 'ariflow-phone-messages' });
  wire.asterisk.text({ text: 'Lunch?', number: '77', from, context: 'ariflow-phone-messages' });
  const relayed = await wire.told(
    'message_created',
    ({ direction, text }) => direction === 'outbound' && text === 'Lunch?',
  );
  await becomes(wire, relayed.id, 'sent');
  await wire.quiet();
}

async function becomes(wire: WireTranscript, id: string, status: string): Promise<void> {
  await wire.told('message_updated', (data) => data.id === id && data.targets[0].status === status);
}
