import * as z from 'zod';

const address = z.object({
  type: z.string(),
  target: z.string(),
  target_name: z.string(),
  name: z.string(),
  detail: z.string(),
});

/** What is written down of a call that is to be made to somebody who keeps his place in a queue. */
export const callbackState = z.object({
  /** By whom, and to whom. */
  source: address,
  destination: address,
  /** So often he was called. */
  tries: z.int(),
  /** The instant before which he is not called. */
  notBefore: z.number(),
  /** The instant until which his place is kept. */
  until: z.number(),
  /** The call that is being made to him; none where missing. */
  callId: z.string().optional(),
});

export type CallbackState = z.output<typeof callbackState>;
