import { defineAction } from '../flows/action.ts';
import { failureOf } from '../flows/failure.ts';
import { recordingOption } from '../flows/recording-option.ts';

export default defineAction({
  type: 'recording_start',
  summary:
    'Starts a recording of the call, beside the flow, until it is stopped, a limit ends it, or the call ends.',
  needs: 'answered call',
  option: recordingOption,
  example: { format: 'wav', end_of_silence: 0, end_of_key: 'none', duration: 0, beep_start: false },

  async run({ action, call, services, variables, signal, publish }, wanted) {
    const onFailure = (error: unknown): void => {
      const { code, message } = failureOf(error);
      publish({
        type: 'action_failed',
        data: { action: { id: action.id, type: action.type }, code, message },
      });
    };
    const started = await services.recordings.start(call, wanted, { signal, onFailure });
    const { id, format, reference_type, reference_id } = started;
    const facts = {
      id,
      reference_type,
      reference_id,
      format,
      recording_name: id,
      filenames: `${id}.${format}`,
    };
    for (const [name, value] of Object.entries(facts)) variables.note(`voipbin.recording.${name}`, value);
    return undefined;
  },
});
