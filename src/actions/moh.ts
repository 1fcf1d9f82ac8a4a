import * as z from 'zod';
import { orderMusic, usualMusic } from '../calls/hold-music.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';
import { musicOf, musicOption } from '../ports/music.ts';

export default defineAction({
  type: 'moh',
  summary:
    'Lets the caller hear music on hold, until `moh_stop`, something that is played, a bridge or another flow.',
  needs: 'answered call',
  option: z.strictObject({ music: musicOption.describe('a sound of yours; empty: the usual') }),
  example: { music: 'sound:my/music' },
  command: { operationId: 'startMusicOnCall', summary: 'Let a call hear music on hold', until: 'orders' },

  async run({ call, ports, signal }, { music }) {
    const named = musicOf(ports, music);
    const wanted = named ? { name: named.name, class: await named.class(signal) } : usualMusic;
    await ordered(call, 'MOH_FAILED', (isWanted) => orderMusic(call, wanted, isWanted), signal);
  },
});
