import { registerHooks } from 'node:module';

/** Says on standard output what a daemon has loaded until it is ready: packages, and which tables of languages and calendars it has opened. */
const packages = new Set<string>();
registerHooks({
  load(url, context, next) {
    const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});

const tables: string[] = [];
for (const name of ['Collator', 'DateTimeFormat', 'DisplayNames', 'Locale', 'NumberFormat'] as const) {
  const real = Intl[name] as new (...given: unknown[]) => object; // one signature for all
  const noted = new Proxy(real, {
    construct(target, given, self) {
      tables.push(name);
      return Reflect.construct(target, given, self) as object;
    },
  });
  Object.defineProperty(Intl, name, { value: noted });
}

const { givenWholeDaemon } = await import('./whole-daemon.ts');
await using _daemon = await givenWholeDaemon();
console.log(JSON.stringify({ packages: [...packages], tables }));
