import { calling, flowOn, isOver, writeRecordings } from '../telephony.ts';
import type { WireTranscript } from '../transcript.ts';

/** A mailbox, with a PIN that nobody is shown, and what callers leave in it. */
export async function voicemail(wire: WireTranscript): Promise<void> {
  const body = { name: 'Ann', extension: '1001', greeting: 'sound:hello', pin: '4711' };
  const { id } = await wire.ask('createMailbox', { body });
  await wire.ask('createMailbox', { body });
  await wire.ask('createMailbox', { body: { pin: '12' } });
  const path = { id };
  await wire.ask('updateMailbox', { path, body: { max_messages: 2, keep_days: 30 } });
  await wire.ask('getMailbox', { path });
  await wire.ask('listMailboxes', { query: '?page_size=1' });
  const option = { mailbox_id: id, end_of_silence: 0, min_duration: 0 };
  await flowOn(wire, '220', [{ id: 'leave', type: 'voicemail', option }, { type: 'hangup' }]);
  const [first, second] = [await left(wire, id), await left(wire, id)];
  const kept = { path: { id: first }, vague: ['duration'] };
  await wire.ask('listVoicemails', { query: `?mailbox_id=${id}&status=new`, vague: ['duration'] });
  await wire.ask('saveVoicemail', kept);
  await wire.ask('getVoicemail', kept);
  await wire.ask('renewVoicemail', kept);
  await wire.ask('deleteVoicemail', kept);
  await wire.ask('getVoicemail', { path: { id: first } });
  await wire.quiet();
  await wire.ask('deleteMailbox', { path });
  await wire.ask('deleteMailbox', { path, query: '?force=true' });
  await wire.told('voicemail_deleted', (data) => data.id === second);
  await wire.quiet();
}

/** Somebody calls, and leaves word; the id of what he has left. */
async function left(wire: WireTranscript, mailboxId: string): Promise<string> {
  const before = new Set(wire.events.map(({ data }) => data.id));
  const { id, channel } = await calling(wire, '220', 'leave');
  await wire.told('recording_created', (data) => data.reference_id === id);
  writeRecordings(wire);
  wire.asterisk.press(channel, '#');
  const voicemail = await wire.told(
    'voicemail_created',
    (data) => data.mailbox_id === mailboxId && !before.has(data.id),
  );
  await isOver(wire, id);
  await wire.quiet();
  return voicemail.id;
}
