import { type ConfigKey, configKeys } from '../config/keys.ts';

const head = `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts; a test compares the two. -->

Everything has a default: \`npm run up\` and \`npm start\` need no configuration. What differs comes from \`ariflow.yaml\` in the
working directory (\`ARIFLOW_CONFIG\` names another file) or from environment variables, which win. Sections of the file are the
first words of the variables:

\`\`\`yaml
api:
  port: 8081            # ARIFLOW_API_PORT
webhook:
  schedule: 1s,10s,1m   # ARIFLOW_WEBHOOK_SCHEDULE
log_level: debug        # ARIFLOW_LOG_LEVEL
\`\`\`

- Any variable with \`_FILE\` at its end names a file that holds the value, for secrets: \`ARIFLOW_API_TOKEN_FILE=/run/secrets/token\`.
- In YAML a telephone number without quotes is a number: write \`allow: ["+49"]\`.
- Durations are written \`500ms\`, \`5s\`, \`10m\`, \`4h\`, \`2d\`; lists have commas.
- A wrong value or an unknown key of the file stops the start (exit code 78), and the message says which. An unknown
  \`ARIFLOW_…\` variable is warned of, since most are mistyped.
- \`npx ariflow check\` says what is wrong without starting anything; \`npx ariflow config\` prints what is in force, without
  secrets.
- Passwords and tokens that are not given are made once and kept in \`secrets.json\` in the data directory (mode 0600).
`;

/** `docs/configuration.md`: every key of the schema. */
export function configReference(): string {
  const sections = Map.groupBy(configKeys(), ({ path }) => (path.length > 1 ? (path[0] ?? '') : ''));
  const generalFirst = [...sections].sort(([one], [other]) => Number(other === '') - Number(one === ''));
  const tables = generalFirst.map(([section, keys]) => {
    const title = section === '' ? 'General' : `\`${section}\``;
    const rows = keys.map((key) => `| ${row(key).join(' | ')} |`);
    return [
      `## ${title}`,
      '',
      '| key | variable | default | meaning |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `${[head, ...tables].join('\n')}\n`.replaceAll(/\n(?=## )/g, '\n\n').replaceAll(/\n{3,}/g, '\n\n');
}

function row({ path, variable, description, default: value }: ConfigKey): string[] {
  const shown = value === undefined ? 'none' : value === '' ? 'empty' : `\`${String(value)}\``;
  return [`\`${path.at(-1)}\``, `\`${variable}\``, shown, description.replaceAll('|', '\\|')];
}
