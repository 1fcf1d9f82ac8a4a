import { sayNumbers } from '../../spoken-numbers.ts';
import { until } from '../../until.ts';
import { asked, calling, flowOn, isOver, reaches, type WireCall, writeRecordings } from '../telephony.ts';
import type { WireTranscript } from '../transcript.ts';

const rest = { id: 'rest', type: 'sleep', option: { duration: 600_000 } };

/** Somebody calls: actions that tell of themselves, and what is done with the call from outside. */
export async function calls(wire: WireTranscript): Promise<void> {
  await unknownNumber(wire);
  await actions(wire);
  await commands(wire);
  await recordings(wire);
  await transcribes(wire);
  await stalled(wire);
  await limited(wire);
  await referred(wire);
  await onceMore(wire);
}

/** One whose flow keeps what it meets, and what its caller would have met with another one. */
async function onceMore(wire: WireTranscript): Promise<void> {
  const key = { id: 'key', type: 'digits_receive', option: { duration: 60_000 } };
  const bye = { id: 'bye', type: 'hangup' };
  await flowOn(wire, '292', [{ id: 'up', type: 'answer' }, key, bye], { trace: true });
  const { id, channel } = await calling(wire, '292', 'key');
  const path = { id };
  await wire.ask('replayCall', { path });
  wire.asterisk.press(channel, '1');
  await isOver(wire, id);
  await wire.quiet();
  await wire.ask('replayCall', { path });
  await wire.ask('replayCall', { path, body: { actions: [key, bye] } });
}

/** One whose phone is asked to call somewhere else, and finds nobody there. */
async function referred(wire: WireTranscript): Promise<void> {
  const option = { destination: { type: 'extension', target: '1002' } };
  await flowOn(wire, '291', [{ id: 'refer', type: 'sip_refer', option }, rest]);
  const { id, channel } = await calling(wire, '291', 'rest');
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.quiet();
}

/** One whose time is up soon after it was answered. */
async function limited(wire: WireTranscript): Promise<void> {
  const limit = { time_limit: 500, time_warning: 250 };
  await flowOn(wire, '290', [{ type: 'answer', option: limit }, rest]);
  const { id } = await calling(wire, '290', 'rest');
  await wire.told('call_expiring', (data) => data.id === id);
  await isOver(wire, id);
  await wire.quiet();
}

async function unknownNumber(wire: WireTranscript): Promise<void> {
  wire.asterisk.dial({ number: 'nobody' });
  const { id } = await wire.told('call_hungup');
  await wire.quiet();
  await wire.ask('getCall', { path: { id } });
  await wire.ask('hangUpCall', { path: { id } });
}

async function actions(wire: WireTranscript): Promise<void> {
  wire.asterisk.dialplan.verdict = { status: 'MACHINE', cause: 'LONGGREETING-1500-1500', after: 0 };
  wire.asterisk.missingSounds.add('sound:missing');
  const server = { transport: 'websocket', connection_type: 'server' };
  await flowOn(wire, '201', [
    { id: 'answer', type: 'answer' },
    { id: 'pin', type: 'digits_receive', option: { length: 2 } },
    { id: 'set', type: 'variable_set', option: { key: 'pin', value: '${voipbin.call.digits}' } },
    { id: 'say', type: 'talk', option: { text: 'Thank you.' } },
    { id: 'play', type: 'play', option: { stream_urls: ['sound:demo-congrats', 'sound:missing'] } },
    { id: 'who', type: 'amd' },
    { id: 'media', type: 'external_media_start', option: server },
    { id: 'no-media', type: 'external_media_stop' },
    {
      id: 'nowhere',
      type: 'external_media_start',
      option: { external_host: '10.0.0.1:8000' },
      on_error_id: 'rest',
    },
    { id: 'skipped', type: 'hangup' },
    rest,
  ]);
  const { id, channel } = await calling(wire, '201', 'pin');
  wire.asterisk.press(channel, '42');
  await reaches(wire, id, 'rest');
  await wire.ask('getCall', { path: { id } });
  await wire.ask('listCalls', { query: '?number=201&status=progressing' });
  await wire.ask('exportCalls', { query: '?number=201' });
  await wire.ask('listActiveflows', { query: `?reference_id=${id}` });
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.quiet();
  await wire.ask('getCall', { path: { id } });
  await wire.ask('getCallTimeline', { path: { id }, query: '?type=call,flow,action,failure,playback' });
  await wire.ask('getCallTimeline', { path: { id }, query: '?type=actions' });
  await wire.ask('listDeliveries', { query: `?call_id=${id}` });
}

/** What each command does on the call is told by nobody; that it was done shows in what Asterisk was asked. */
async function commands(wire: WireTranscript): Promise<void> {
  await flowOn(wire, '202', [{ type: 'answer' }, rest]);
  const elsewhere = await flowOn(wire, '203', [{ ...rest, id: 'elsewhere' }]);
  const { id } = await calling(wire, '202', 'rest');
  const path = { id };
  await wire.ask('talkToCall', { path, body: { text: 'This call is being supervised.' } });
  await wire.ask('playToCall', { path, body: { stream_urls: ['sound:missing'] } });
  await wire.told('action_failed', (data) => data.reference_id === id);
  await wire.ask('sendDigitsToCall', { path, body: { digits: '1' } });
  const orders = ['holdCall', 'unholdCall', 'muteCall', 'unmuteCall', 'startMusicOnCall', 'stopMusicOnCall'];
  await wire.quiet();
  for (const order of orders) {
    const before = wire.events.length;
    await wire.ask(order, { path });
    // What came of it is told behind its answer, and is in that of the next one.
    await until(() => wire.events.slice(before).some(({ type }) => type === 'call_updated'));
    await wire.quiet();
  }
  const many = [
    { type: 'mute', option: { direction: 'in' } },
    { type: 'mute', option: { direction: 'up' } },
    { type: 'recording_stop', option: {} },
    { type: 'sing' },
    { type: 'goto', option: { target_id: 'rest' } },
    { type: 'redirect', option: { actions: [{ type: 'sing' }] } },
  ];
  await wire.ask('commandCall', { path, body: { commands: many } });
  await asked(wire, 'mute', 2);
  await wire.quiet();
  await wire.ask('redirectCall', { path, body: { flow_id: elsewhere } });
  await reaches(wire, id, 'elsewhere');
  await wire.quiet();
  await wire.ask('hangUpCall', { path });
  await isOver(wire, id);
  await wire.ask('holdCall', { path });
  await wire.ask('redirectCall', { path, body: { flow_id: elsewhere } });
  const other = await calling(wire, '202', 'rest');
  await wire.ask('deleteCall', { path: { id: other.id } });
  await isOver(wire, other.id);
  await wire.quiet();
}

async function recordings(wire: WireTranscript): Promise<void> {
  await flowOn(wire, '204', [
    { type: 'answer' },
    { id: 'record', type: 'recording_start', option: { channels: 'in', end_of_key: '#' } },
    rest,
  ]);
  const call = await calling(wire, '204', 'rest');
  const path = { id: call.id };
  writeRecordings(wire);
  wire.asterisk.press(call.channel, '#');
  const { id, url } = await ended(wire, call);
  await wire.ask('getCall', { path });
  await wire.ask('getRecording', { path: { id }, vague: ['duration'] });
  await wire.ask('listRecordings', { query: `?reference_id=${call.id}`, vague: ['duration'] });
  await wire.ask('listRecordingfiles', { vague: ['duration'] });
  await wire.ask('getRecordingfile', { path: { id } });
  await wire.ask('openRecordingLink', { path: { id }, query: new URL(url).search, token: '' });
  await wire.ask('openRecordingLink', { path: { id }, token: '' });
  const second = await wire.ask('startRecordingCall', { path, body: { channels: 'mixed' } });
  await wire.ask('pauseRecordingCall', { path });
  await wire.ask('pauseRecordingCall', { path });
  await wire.ask('resumeRecordingCall', { path, body: { id: second.id } });
  await wire.ask('pauseRecording', { path: { id: second.id } });
  await wire.ask('resumeRecording', { path: { id: second.id } });
  await wire.ask('deleteRecording', { path: { id: second.id } });
  writeRecordings(wire);
  await wire.ask('stopRecordingCall', { path });
  await ended(wire, call, second.id);
  await wire.quiet();
  await wire.ask('deleteRecording', { path: { id }, vague: ['duration'] });
  await wire.ask('deleteRecordingfile', { path: { id: second.id }, vague: ['duration'] });
  await wire.ask('getRecording', { path: { id } });
  wire.asterisk.hangup(call.channel);
  await isOver(wire, call.id);
  await wire.quiet();
}

/** One by its flow, of what the caller says, and one by REST, of what he hears. */
async function transcribes(wire: WireTranscript): Promise<void> {
  const google = { language: 'en-US', provider: 'gcp' };
  await flowOn(wire, '206', [
    { type: 'answer' },
    { id: 'ready', type: 'digits_receive', option: { duration: 600_000 } },
    { id: 'write', type: 'transcribe_start', option: { ...google, direction: 'in', hints: ['sales'] } },
    { id: 'begun', type: 'digits_receive', option: { duration: 600_000 } },
    { id: 'twice', type: 'transcribe_start', option: { ...google, direction: 'in' } },
    { id: 'none', type: 'transcribe_recording', option: google },
    rest,
  ]);
  const { id: reference_id, channel } = await calling(wire, '206', 'ready');
  const body = { reference_type: 'call', reference_id, ...google };
  // First: a flow waits no longer for one than it takes where the provider is known already.
  const other = await wire.ask('createTranscribe', { body: { ...body, direction: 'out' } });
  wire.asterisk.press(channel, '1');
  await wire.told('transcribe_created', (data) => data.reference_id === reference_id && data.id !== other.id);
  await reaches(wire, reference_id, 'begun');
  wire.asterisk.press(channel, '1');
  await reaches(wire, reference_id, 'rest');
  const stop = async ({ id }: { readonly id: string }): Promise<void> => {
    await wire.ask('stopTranscribe', { path: { id } });
    await wire.told('transcribe_updated', (data) => data.id === id && data.status === 'done');
  };
  await stop(other); // of two that hear the same, either may be the first to say so
  wire.daemon.say(sayNumbers(7));
  const said = await wire.told('transcript_created', (data) => data.reference_id === reference_id);
  const path = { id: said.transcribe_id };
  await wire.quiet();
  await wire.ask('getTranscribe', { path });
  await wire.ask('listTranscripts', { query: `?transcribe_id=${path.id}`, vague: ['start', 'end'] });
  await wire.ask('getTranscript', { path: { id: said.id }, vague: ['start', 'end'] });
  await wire.ask('createTranscribe', { body });
  await wire.ask('deleteTranscribe', { path });
  await stop(path);
  wire.asterisk.hangup(channel);
  await isOver(wire, reference_id);
  await wire.quiet();
  await wire.ask('listTranscribes', { query: `?reference_id=${reference_id}` });
  await wire.ask('createTranscribe', { body });
  await wire.ask('deleteTranscribe', { path });
  await wire.ask('listTranscripts', { query: `?transcribe_id=${path.id}` });
  await wire.quiet();
}

/** A recording of a call has its file. */
async function ended(
  wire: WireTranscript,
  { id }: WireCall,
  recordingId?: string,
): Promise<{ id: string; url: string }> {
  return wire.told(
    'recording_updated',
    (data) => data.reference_id === id && data.status === 'done' && (recordingId ?? data.id) === data.id,
  );
}

/** The caller's stream begins anew, and who listens cannot be made to listen again. */
async function stalled(wire: WireTranscript): Promise<void> {
  await flowOn(wire, '205', [
    { type: 'answer' },
    { id: 'record', type: 'recording_start', option: { channels: 'in' } },
    rest,
  ]);
  const { id, channel } = await calling(wire, '205', 'rest');
  const looked = wire.asterisk.asked.filter((name) => name === 'rtpstatistics').length;
  await asked(wire, 'rtpstatistics', looked + 1);
  wire.asterisk.fault('snoopChannelWithId', { status: 500 });
  channel.stream = { ...channel.stream, remote_ssrc: 2 };
  writeRecordings(wire);
  await wire.told('media_stalled', ({ reference_id }) => reference_id === id);
  await wire.told('recording_updated', (data) => data.reference_id === id && data.status !== 'recording');
  wire.asterisk.mend();
  wire.asterisk.hangup(channel);
  await isOver(wire, id);
  await wire.quiet();
}
