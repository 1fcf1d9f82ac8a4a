import * as z from 'zod';
import { mediaFormats } from '../ports/external-media.ts';

/** The data that it takes, besides the record, to go on with external media. */
export const externalMediaState = z.object({
  /** What was asked for, whose URL may be secret; without that nobody can go on with it. */
  request: z
    .object({
      id: z.string(),
      externalHost: z.string(),
      encapsulation: z.enum(['rtp', 'audiosocket', 'none']),
      connectionType: z.enum(['client', 'server']),
      format: z.enum(mediaFormats),
      direction: z.enum(['both', 'send', 'receive']),
    })
    .optional(),
  /** Whose events its are. */
  activeflowId: z.string().optional(),
  /** Where a host that was to come to us has come from. */
  came: z.object({ address: z.string(), port: z.int() }).optional(),
});

export type ExternalMediaState = z.output<typeof externalMediaState>;

/** As it is written. */
export type WrittenExternalMediaState = z.input<typeof externalMediaState>;
