import { muteOption } from '../calls/mute-option.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'mute',
  summary:
    'Keeps the caller from being heard, recordings too, or from hearing, until `unmute`, a bridge or another flow.',
  needs: 'answered call',
  option: muteOption,
  example: { direction: 'in' },
  command: {
    operationId: 'muteCall',
    summary: 'Keep the others from hearing a call, it from hearing them, or both',
    until: 'orders',
  },

  async run({ call, signal }, { direction }) {
    await ordered(call, 'MUTE_FAILED', () => call.muting.mute(direction), signal);
  },
});
