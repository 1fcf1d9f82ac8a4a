import { stat } from 'node:fs/promises';
import type { Ari } from '../ari/ari.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';

export interface CertificateOptions {
  readonly config: Pick<Ari['config'], 'reload'>;
  /** The parts of Asterisk that show it. */
  readonly modules: readonly string[];
  readonly log: Log;
  readonly scope: Scope;
}

/** How often it is looked for, in milliseconds. Files that are renewed together are so by then. */
const interval = 5_000;

/**
 * Sees to a certificate that is renewed under its name, where the daemon sees the files too: Asterisk reads them again. Connections
 * that there are stay.
 */
export function watchCertificate(files: readonly string[], options: CertificateOptions): void {
  const { config, modules, log, scope } = options;
  scope.spawn('certificate', async (signal) => {
    let read = await stateOf(files);
    for (;;) {
      await sleep(interval, signal);
      const found = await stateOf(files);
      if (found === read || found === '') continue;
      try {
        for (const module of modules) await config.reload(module, signal);
        read = found;
        log.info({}, 'certificate_renewed');
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ problem: messageOf(error) }, 'certificate_not_renewed');
      }
    }
  });
}

/** Empty where one of them is not there just now. */
async function stateOf(files: readonly string[]): Promise<string> {
  try {
    const found = await Promise.all(files.map((file) => stat(file)));
    return found.map(({ ino, size, mtimeMs }) => [ino, size, mtimeMs].join()).join(' ');
  } catch {
    return '';
  }
}
