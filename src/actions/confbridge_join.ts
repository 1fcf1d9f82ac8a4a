import * as z from 'zod';
import { answerToTalk } from '../calls/answer.ts';
import { joiningOptions } from '../conferences/joining-options.ts';
import { defineAction } from '../flows/action.ts';
import { musicOf } from '../ports/music.ts';
import { isSsml } from '../ports/speech.ts';

export default defineAction({
  type: 'confbridge_join',
  summary: 'Joins a confbridge, made on first use, and waits until the call has left it.',
  needs: 'answered call',
  answers: () => false, // it does so itself
  option: z.strictObject({
    confbridge_id: z
      .guid('expected the id of a confbridge')
      .toLowerCase()
      .meta({
        description: 'any UUID: the confbridge is made on first use',
        examples: ['821fc304-0ed8-4e93-8a0a-c23312c062be'],
      }),
    ...joiningOptions,
  }),
  example: { confbridge_id: '821fc304-0ed8-4e93-8a0a-c23312c062be' },
  ssml: ['announcement'],

  escape: (path, { announcement }) =>
    path === 'announcement' && typeof announcement === 'string' && isSsml(announcement) ? 'xml' : 'none',

  async run({ call, ports, signal }, { confbridge_id, announcement, language, ...how }) {
    const joining = {
      isMuted: how.muted,
      maxMembers: how.max_members,
      startsIt: how.start_on_enter,
      endsIt: how.end_on_exit,
      leaveKeys: how.leave_keys,
      absorbsDigits: how.digits === 'absorb',
      music: musicOf(ports, how.music),
      ...(announcement !== '' && { announcement: { text: announcement, language } }),
    };
    await answerToTalk(call, signal);
    await ports.confbridges.join(call, confbridge_id, joining, signal);
    return undefined;
  },
});
