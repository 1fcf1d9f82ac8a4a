import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that many a daemon never needs: it is loaded at once, and prepared, when somebody first asks for it. Until then it takes
 * neither memory nor time of the start.
 */
export function whenNeeded<Package>(name: string, prepare?: (loaded: Package) => void): () => Package {
  let known: Package | undefined;
  return () => {
    if (known) return known;
    const loaded = require(name) as Package; // who names the package says what it is, by its types
    prepare?.(loaded);
    known = loaded;
    return known;
  };
}
