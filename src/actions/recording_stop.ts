import { defineAction } from '../flows/action.ts';
import { recordingChoice } from '../ports/recording-option.ts';

export default defineAction({
  type: 'recording_stop',
  summary: 'Stops the recording of the call, of several the newest; its file is made beside the flow.',
  needs: 'call',
  option: recordingChoice,
  example: {},

  run({ call, ports }, { id }) {
    ports.recordings.stop(call, id || undefined);
    return undefined;
  },
});
