import { serve } from '../core/thread-program.ts';
import { mappingOf } from '../flows/reading/mapping.ts';

// A thread that finds what flows look for in replies; reading.ts starts it.

serve(mappingOf);
