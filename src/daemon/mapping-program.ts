import { serve } from '../core/thread-program.ts';
import { checkJsonPath } from '../flows/reading/json-path.ts';
import { mappingOf } from '../flows/reading/mapping.ts';
import { checkXmlPath } from '../flows/reading/xml-path.ts';

// A thread that finds what flows look for in replies; reading.ts starts it.

// What reads paths is loaded before the first job, whose time it would take.
checkJsonPath('$');
checkXmlPath('/');

serve(mappingOf);
