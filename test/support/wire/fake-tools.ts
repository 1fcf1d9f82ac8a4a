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
  sox: `for last; do :; done
cat > /dev/null
echo RIFF > "$last"`,
} as const;

/** Until disposed: what the daemon speaks and converts with, the same on every machine. */
export function givenFakeTools(): Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-tools-'));
  for (const [name, program] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  const { PATH, ARIFLOW_ASTERISK_ROOT } = process.env;
  Object.assign(process.env, { PATH: `${folder}:${PATH}`, ARIFLOW_ASTERISK_ROOT: folder });
  return {
    [Symbol.dispose]: () => {
      Object.assign(process.env, { PATH });
      if (ARIFLOW_ASTERISK_ROOT === undefined) delete process.env.ARIFLOW_ASTERISK_ROOT;
      else Object.assign(process.env, { ARIFLOW_ASTERISK_ROOT });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
