import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const voices = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)`;

/** Both take whatever they are given; what they make is no audio. */
const programs = {
  'espeak-ng': `case "$*" in
  *--voices*) cat <<'end'
${voices}
end
  ;;
  *--version*) echo 'eSpeak NG text-to-speech: 1.52.0' ;;
  *) cat > /dev/null; echo RIFF ;;
esac`,
  sox: `for last; do case "$last" in *.wav) out=$last ;; esac; done
cat > /dev/null
printf '%-444s' RIFF > "\${out:-$last}"`,
} as const;

/** Where the clients of clouds look for credentials. */
const accounts = [
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLOUDSDK_CONFIG',
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_ROLE_ARN',
];

/** Until disposed: what the daemon speaks and converts with, and who may be asked besides, the same on every machine. */
export function givenFakeTools(): Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-tools-'));
  for (const [name, program] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  const path = `${folder}:${process.env.PATH}`;
  const ours = { PATH: path, ARIFLOW_ASTERISK_ROOT: folder, HOME: folder };
  const set = { ...ours, ...Object.fromEntries(accounts.map((name) => [name, ''])) };
  const before = Object.keys(set).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, set);
  return {
    [Symbol.dispose]: () => {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
