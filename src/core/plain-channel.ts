import { createRequire } from 'node:module';

/** Credentials of a gRPC channel without TLS, by the gRPC that a Google SDK itself has: one of another copy it does not take. */
export function plainChannel(sdk: string): unknown {
  const ofSdk = createRequire(createRequire(import.meta.url).resolve(sdk));
  const { grpc } = ofSdk('google-gax') as { grpc: { credentials: { createInsecure(): unknown } } };
  return grpc.credentials.createInsecure();
}
