import { defineAction } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import { recordingOption } from '../ports/recording-option.ts';

export default defineAction({
  type: 'recording_start',
  summary:
    'Starts a recording of the call, beside the flow, until it is stopped, a limit ends it, or the call ends.',
  needs: 'answered call',
  option: recordingOption,
  example: { format: 'wav', end_of_silence: 0, end_of_key: 'none', duration: 0, beep_start: false },

  async run(context, wanted) {
    const { call, ports, variables, signal } = context;
    const onFailure = (error: unknown): void => tellFailure(context, error);
    const of = { id: context.uuid('recording'), signal, onFailure };
    const started = await ports.recordings.start(call, wanted, of);
    const { id, format, reference_type, reference_id } = started;
    variables.note({
      'voipbin.recording.id': id,
      'voipbin.recording.reference_type': reference_type,
      'voipbin.recording.reference_id': reference_id,
      'voipbin.recording.format': format,
      'voipbin.recording.recording_name': id,
      'voipbin.recording.filenames': `${id}.${format}`,
    });
    return undefined;
  },
});
