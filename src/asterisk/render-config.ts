import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { packageRoot } from '../core/package-files.ts';
import { type AsteriskPlaces, configValues } from './config-values.ts';
import { fillTemplate } from './template.ts';

/** `asterisk-config/` of this package. */
export const templateDir = join(packageRoot, 'asterisk-config');

/**
 * Writes Asterisk's whole configuration into `directory`, replacing what a former run wrote there.
 * Every file is readable by its owner only, because some hold passwords. Asterisk must see it at the same path.
 */
export function renderAsteriskConfig(
  directory: string,
  config: Config,
  secrets: Secrets,
  places: AsteriskPlaces = {},
): void {
  const values = configValues(directory, config, secrets, places);
  const templates = readdirSync(templateDir).filter((name) => name.endsWith('.conf'));
  makeDirectory(directory);
  for (const name of templates) {
    const text = fillTemplate(readFileSync(join(templateDir, name), 'utf8'), values, name);
    const temporary = join(directory, `.${name}.${process.pid}`);
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, join(directory, name));
  }
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.conf') && !templates.includes(name)) rmSync(join(directory, name));
  }
}
