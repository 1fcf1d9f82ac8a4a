import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../core/package-files.ts';
import { loadActions } from '../flows/load-actions.ts';
import { actionReference } from './action-reference.ts';
import { configReference } from './config-reference.ts';
import { withEvents } from './event-reference.ts';
import { variableReference } from './variable-reference.ts';

/** `npm run docs`: writes what is generated of the documentation. */
const docs = join(packageRoot, 'docs');
writeFileSync(join(docs, 'configuration.md'), configReference());
writeFileSync(join(docs, 'actions.md'), actionReference(await loadActions()));
writeFileSync(join(docs, 'variables.md'), variableReference());

const webhooks = join(docs, 'webhooks.md');
writeFileSync(webhooks, withEvents(readFileSync(webhooks, 'utf8')));
