import { variableFamilies } from '../flows/variable-families.ts';
import { variableTable } from '../flows/variable-table.ts';
import type { Values } from '../flows/variable-values.ts';
import { code } from './markdown.ts';

const head = `# Variables

<!-- Written by \`npm run docs\` from src/flows/variable-table.ts; a test compares the two. -->

\`\${name}\` in any text of an action's \`option\` is replaced by the variable's value when the action runs; \`branch\` and
\`condition_variable\` take a name as it is. Values are texts. One that nobody has set is empty.

A flow's own variables are set

- by \`variable_set\`, and by the \`response\` of a \`webhook_send\` with \`sync: true\`: what its \`map\` names, or without one all fields of
  the JSON object that came, by their dot paths. Of a list \`name\` they are \`name_1\` to \`name_20\`, and \`name_size\`.
- by whoever starts it: \`variables\` of \`POST /calls\`, of \`POST /activeflows\`, and of the action \`call\`.
- by flows in the same activeflow: those of \`fetch_flow\` and \`fetch\`, a queue's wait flow, a conference's first and last flow. A flow
  that runs after another one (\`on_complete_flow_id\`) begins with its variables.

The actions inside a \`call\`, and the flow it names, run with variables of their own, on the new call. Names are 1 to 128 characters
without \`}\`. Names that begin with \`voipbin.\`, \`call.cli\`, \`call.cli.number\`, \`call.agent.dnis.number\`, \`call.state\` and \`call.start\`
cannot be set. All of an activeflow together are at most 1 MiB.

The internal webhooks of \`webhook_send\` read what they need from variables that the flow sets before:
\`internal:createOutbound\` \`flow.syskey.apiVersion\` (\`1.0\`), \`flow.syskey.flowID\`, \`flow.syskey.contactNumbers\` (separated by
commas), \`flow.syskey.delayMinutes\`, \`flow.syskey.securityID\` and \`flow.syskey.clientID\`; \`internal:updateUserPreferences\`
\`user.syskey.contactNumber\`; \`internal:updatePauseStatusForCLI\` \`flow.key.pause\` (\`true\`, \`false\`) and \`flow.key.cli\`.

\`POST /flows/validate\` and \`ariflow check\` warn of a name that nothing in the flow sets, and of a comparison with a value that the
variable never has. Variables that are set or known without a flow's own doing:
`;

/** `docs/variables.md`: every variable we set, when, and what it can be. */
export function variableReference(): string {
  const groups = Object.values(variableTable).map(({ title, when, variables }) => {
    const rows = Object.entries<Values>(variables).map(([name, { text }]) => row(code(name), text));
    return section(title, when, rows);
  });
  const families = Object.entries(variableFamilies).map(([prefix, { title, when, values }]) =>
    section(title, when, [row(code(`${prefix}NAME`), values)]),
  );
  return [head, ...groups, ...families].join('\n');
}

function section(title: string, when: string, rows: readonly string[]): string {
  return `## ${title}\n\n${when}\n\n| variable | values |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
