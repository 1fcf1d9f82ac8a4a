import { calling, flowOn, isOver, reaches, type WireCall, writeRecordings } from '../telephony.ts';
import type { WireTranscript } from '../transcript.ts';

/** Calls that meet, and what is done with them and with the place where they do. */
export async function meetings(wire: WireTranscript): Promise<void> {
  await conference(wire);
  await confbridge(wire);
}

const rest = { id: 'rest', type: 'sleep', option: { duration: 600_000 } };

/** What can be done in a room of either kind. */
async function inRoom(wire: WireTranscript, kind: string, id: string, callId: string): Promise<void> {
  const path = { id, call_id: callId };
  await wire.ask(`list${kind}Participants`, { path });
  await wire.ask(`mute${kind}Participant`, { path });
  await wire.ask(`list${kind}Participants`, { path });
  await wire.ask(`unmute${kind}Participant`, { path });
  await wire.ask(`talkTo${kind}`, { path, body: { text: 'Two minutes are left.' } });
  await wire.ask(`playTo${kind}`, { path, body: { stream_urls: ['sound:beep'] } });
  const recording = await wire.ask(`startRecording${kind}`, { path });
  await wire.ask(`startRecording${kind}`, { path });
  writeRecordings(wire);
  await wire.ask(`stopRecording${kind}`, { path });
  await wire.told('recording_updated', (data) => data.id === recording.id && data.status === 'done');
  await wire.ask(`kick${kind}Participant`, { path });
  await reaches(wire, callId, 'rest');
}

async function joined(wire: WireTranscript, number: string): Promise<WireCall> {
  const call = await calling(wire, number, 'join');
  await wire.told('confbridge_updated', ({ channel_call_ids }) =>
    Object.values(channel_call_ids).includes(call.id),
  );
  return call;
}

async function conference(wire: WireTranscript): Promise<void> {
  const { id } = await wire.ask('createConference', { body: { name: 'round' } });
  await flowOn(wire, '501', [
    { type: 'answer' },
    { id: 'join', type: 'conference_join', option: { conference_id: id } },
    rest,
  ]);
  const calls: WireCall[] = [];
  for (const _ of ['first', 'second']) {
    const call = await calling(wire, '501', 'join');
    await wire.told('confbridge_updated', ({ channel_call_ids }) =>
      Object.values(channel_call_ids).includes(call.id),
    );
    await wire.quiet();
    calls.push(call);
  }
  const [first, second] = calls as [WireCall, WireCall];
  await wire.ask('getConference', { path: { id } });
  const { result } = await wire.ask('listConferencecalls', { query: `?conference_id=${id}` });
  const path = { id: result[0].id };
  await wire.ask('getConferencecall', { path });
  await wire.ask('muteConferencecall', { path });
  await wire.ask('unmuteConferencecall', { path });
  await inRoom(wire, 'Conference', id, first.id);
  await wire.quiet();
  await wire.ask('kickConferencecall', { path });
  await reaches(wire, second.id, 'rest');
  await wire.ask('deleteConferencecall', { path });
  for (const call of calls) {
    wire.asterisk.hangup(call.channel);
    await isOver(wire, call.id);
  }
  await wire.quiet();
  const last = await joined(wire, '501');
  await wire.ask('deleteConference', { path: { id } });
  await wire.ask('deleteConference', { path: { id }, query: '?force=true' });
  await reaches(wire, last.id, 'rest');
  await wire.told('conference_deleted', (data) => data.id === id);
  wire.asterisk.hangup(last.channel);
  await isOver(wire, last.id);
  await wire.quiet();
  await wire.ask('listConferencecalls');
}

async function confbridge(wire: WireTranscript): Promise<void> {
  const { id } = await wire.ask('createConfbridge');
  await flowOn(wire, '502', [
    { type: 'answer' },
    { id: 'join', type: 'confbridge_join', option: { confbridge_id: id } },
    rest,
  ]);
  const call = await joined(wire, '502');
  await wire.quiet();
  await wire.ask('getConfbridge', { path: { id } });
  await inRoom(wire, 'Confbridge', id, call.id);
  wire.asterisk.hangup(call.channel);
  await isOver(wire, call.id);
  await wire.quiet();
  await wire.ask('deleteConfbridge', { path: { id } });
  await wire.told('confbridge_deleted', (data) => data.id === id);
}
