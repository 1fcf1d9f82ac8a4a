import { join, resolve } from 'node:path';
import type { Config } from './config.ts';

/** Where prompts, fetched audio and what is being recorded lie, as the daemon sees it. */
export function mediaDirectory({ media_dir, data_dir }: Pick<Config, 'media_dir' | 'data_dir'>): string {
  return resolve(media_dir ?? join(data_dir, 'media'));
}
