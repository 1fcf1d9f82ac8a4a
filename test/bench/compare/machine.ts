import { cpus, totalmem } from 'node:os';
import type { TestAsterisk } from '../../support/asterisk.ts';
import { idleShare } from '../../support/idle-share.ts';

/** Where the figures come from. They mean something as ratios of one run, and where nobody else wanted the processors. */
export async function machineOf(asterisk: TestAsterisk): Promise<Record<string, string>> {
  const all = cpus();
  const [version = ''] = (await asterisk.cli('core show version')).split(' built ');
  return {
    processors: `${all.length} of ${all[0]?.model.trim() ?? 'unknown'}, with SIPp and Asterisk on them`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    software: `${version.trim()}, Node ${process.versions.node}`,
    'idle before': `${Math.round((await idleShare()) * 100)} %`,
    date: new Date().toISOString().slice(0, 16),
  };
}
