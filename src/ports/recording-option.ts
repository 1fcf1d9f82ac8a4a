import * as z from 'zod';
import { seconds } from '../core/units.ts';
import { digitsOption } from './digits-option.ts';

const recordingFormats = ['wav', 'mp3', 'ogg'] as const;
const recordingChannels = ['stereo', 'mixed', 'in', 'out'] as const;

export type RecordingFormat = (typeof recordingFormats)[number];
export type RecordingChannels = (typeof recordingChannels)[number];

/** A day: no call lives longer than its limit anyway. */
const length = seconds(0, 86_400);

/** What is to be recorded of a call, and when that ends by itself. */
export const recordingOption = z.strictObject({
  format: z.enum(recordingFormats).default('wav').describe('of the file'),
  channels: z
    .enum(recordingChannels)
    .default('stereo')
    .describe(
      '`stereo`: left the caller, right what he hears; `mixed` both in one; `in` the caller; `out` what he hears',
    ),
  end_of_silence: length.default(0).meta({
    description: 'ends it after so much silence of the caller, in seconds; 0: no limit',
    examples: [5],
  }),
  end_of_key: z
    .enum(['none', 'any', '*', '#'])
    .default('none')
    .describe('ends it when it is pressed on the phone'),
  duration: length
    .default(0)
    .meta({ description: 'ends it after so much recording, in seconds; 0: no limit', examples: [120] }),
  beep_start: z.boolean().default(false).describe('the caller hears a beep first'),
  digits: digitsOption,
});

/** What is to be recorded of a call while its flow waits for the end. */
export const takeOption = recordingOption.extend({
  channels: recordingOption.shape.channels.default('in'),
  end_of_silence: recordingOption.shape.end_of_silence.default(5),
  end_of_key: recordingOption.shape.end_of_key.default('#'),
  duration: recordingOption.shape.duration.default(120),
  beep_start: recordingOption.shape.beep_start.default(true),
  min_duration: seconds(0, 3_600)
    .default(1)
    .meta({
      description:
        'a shorter one is not kept, in seconds; the silence that ended it does not count. One as long as it may be is kept',
      examples: [2],
    }),
});

/** Which recording of a call is meant. */
export const recordingChoice = z.strictObject({
  id: z
    .string()
    .max(64)
    .default('')
    .meta({
      description: 'of one of several, as in `voipbin.recording.id`; empty: the newest',
      examples: ['1f6f2c7a-6c0e-4d0a-9f53-2f0f7c1d9b55'],
    }),
});

export type RecordingOption = z.output<typeof recordingOption>;
export type TakeOption = z.output<typeof takeOption>;

/** A recording that is kept where it is not shorter than wanted. */
export type WantedRecording = RecordingOption & { readonly min_duration?: number | undefined };
