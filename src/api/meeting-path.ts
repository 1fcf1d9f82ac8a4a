import type * as z from 'zod';
import { found } from './collection.ts';

/** What calls meet in, under one path. */
export interface MeetingPath<S> {
  /** `conferences` */
  readonly path: string;
  /** `conference` */
  readonly what: string;
  readonly shown: z.ZodType<S>;
  readonly get: (id: string) => Promise<S | undefined>;
  /** The confbridge it is, or has. */
  readonly confbridgeOf: (room: S) => string;
}

/** @throws AriflowError `NOT_FOUND` */
export async function confbridgeIn<S>(
  { what, get, confbridgeOf }: MeetingPath<S>,
  id: string,
): Promise<string> {
  return confbridgeOf(found(await get(id), what));
}
