import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { configWarnings } from '../config/warnings.ts';
import { scarceOpenFiles } from '../core/open-files.ts';
import { certificateFindings } from './certificate.ts';
import { diskFinding } from './disk.ts';
import { type Finding, warning } from './finding.ts';
import { natFinding } from './nat.ts';
import { portFinding } from './ports.ts';
import { programFindings } from './programs.ts';

/** All that goes wrong outside the daemon: in words for people, in which is no secret. */
export async function findingsOf(config: Config): Promise<readonly Finding[]> {
  const data = resolve(config.data_dir);
  return [
    ...configWarnings(config).map((text) => warning('configuration', text)),
    ...(await programFindings(config)),
    ...(await ofTls(config)),
    portFinding(config.rtp_ports),
    natFinding({
      host: config.sip.host,
      externalAddress: config.sip.external_address,
      hasTrunk: config.trunk.uri !== undefined,
    }),
    await diskFinding('disk', data),
    await diskFinding('media', resolve(mediaDirectory(config))),
    ...openFileFindings(),
    ...clockSource(),
  ];
}

async function ofTls({ sip }: Config): Promise<readonly Finding[]> {
  const { tls_cert: cert, tls_key: key, tls_port: port, host, external_address: knownAs } = sip;
  if (cert === undefined || key === undefined) return [];
  return certificateFindings({ cert, key, host, port, knownAs });
}

function openFileFindings(): readonly Finding[] {
  const limit = scarceOpenFiles();
  return limit === undefined
    ? []
    : [warning('files', `at most ${limit} may be open: ulimit -n 65536, or LimitNOFILE= of the unit`)];
}

/** A clock that jumps makes timers late and events look out of order. */
function clockSource(): readonly Finding[] {
  try {
    const source = readFileSync(
      '/sys/devices/system/clocksource/clocksource0/current_clocksource',
      'utf8',
    ).trim();
    return ['acpi_pm', 'hpet', 'jiffies'].includes(source)
      ? [warning('clock', `the kernel reads a slow clock (${source}): audio of many calls is late`)]
      : [];
  } catch {
    return [];
  }
}
