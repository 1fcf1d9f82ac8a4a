import { defineAction } from '../flows/action.ts';
import { objectIn } from '../flows/written.ts';
import { takeOption } from '../ports/recording-option.ts';
import type { Taken } from '../ports/takes.ts';
import { recordReviewed, reviewOption, usualReview } from '../voicemail/review.ts';
import { voiceEscape, voiceOption } from '../voicemail/voice.ts';

export default defineAction({
  type: 'record',
  summary:
    'Records the caller and waits for the end: by silence, a key or the time. Goes on when the file is there. Sets `voipbin.record.*`.',
  needs: 'answered call',
  option: takeOption.extend({
    ...voiceOption.shape,
    review: reviewOption
      .optional()
      .meta({ description: 'he may hear it, record it again, or keep it', examples: [{}] }),
  }),
  example: { end_of_silence: 5, end_of_key: '#', duration: 120, min_duration: 1 },
  ssml: ['review.text'],
  says: async ({ review, language }) =>
    review === undefined || objectIn(review).text !== undefined
      ? []
      : [{ path: 'review.text', text: usualReview, language }],
  escape: voiceEscape,

  async run(context, { review, language, provider, voice_id, gender, ...take }) {
    const { ports, variables } = context;
    const voice = { language, provider, voice_id, gender };
    const onTaken = ({ id, duration, result }: Taken): void =>
      variables.note({
        'voipbin.record.id': id,
        'voipbin.record.url': id && ports.takes.linkTo(id),
        'voipbin.record.duration': String(duration),
        'voipbin.record.result': result,
      });
    await recordReviewed(context, { take, voice, review, onTaken }, context);
    return undefined;
  },
});
