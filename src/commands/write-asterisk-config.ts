import { resolve } from 'node:path';
import { renderAsteriskConfig } from '../asterisk/render-config.ts';
import { loadConfig } from '../config/config.ts';
import { prepareDirectories } from '../config/directories.ts';
import { loadSecrets } from '../config/secrets.ts';
import type { Output } from './output.ts';

/** Writes the configuration that an Asterisk for this daemon needs, passwords included. */
export function writeAsteriskConfig(directory: string, env: NodeJS.ProcessEnv, { out }: Output): void {
  const config = loadConfig(env);
  prepareDirectories({ data_dir: config.data_dir, media_dir: undefined }); // its passwords are kept there
  renderAsteriskConfig(directory, config, loadSecrets(config.data_dir));
  out(`written to ${resolve(directory)}`);
}
